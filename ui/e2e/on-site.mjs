import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test, until } from './check.mjs'
import { ADMIN } from './server.mjs'
import { pathOf } from './steps.mjs'

const SECRET = '0123456789abcdef0123456789abcdef'

function signed(claims) {
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url')
  const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${head}.${createHmac('sha256', SECRET).update(head).digest('base64url')}`
}

test('whoever answers a chat sees the pages the visitor looks at, the cart and the orders', async (world) => {
  const channel = await world.api.post('channels', { kind: 'chat', name: 'Signed chat', config: { identity_secret: SECRET } })
  const now = Math.floor(Date.now() / 1000)
  const identity = signed({ sub: 'shop-77', aud: channel.key, iat: now, exp: now + 120, name: 'Basket Barbara' })
  const post = async (path, body, token) => (await fetch(`${world.server.origin}${path}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', ...(token && { Authorization: token }) }, body: JSON.stringify(body),
  })).json()
  const { token } = await post(`/chat/v1/${channel.key}/visitor`, { locale: 'en', identity })
  await post(`/chat/v1/${channel.key}/messages`, { client_id: crypto.randomUUID(), text: 'Does this lamp come in blue?' }, `Bearer ${token}`)
  const conversation = await until('the chat arrives', async () => (await world.api.get('conversations?view=all')).items.find((row) => row.preview === 'Does this lamp come in blue?'))

  const site = (kind, body) => post(`/v1/${kind}`, { userId: 'shop-77', messageId: crypto.randomUUID(), ...body }, `Basic ${Buffer.from(`${world.server.writeKey}:`).toString('base64')}`)
  const { page, problems } = await world.as(ADMIN, pathOf(conversation))
  const panel = page.getByRole('complementary', { name: 'Customer panel' })
  await panel.getByText('Basket Barbara').first().waitFor()
  await site('track', { event: 'Order Completed', properties: { order_id: 'A-100', total: 12900, currency: 'HUF' }, timestamp: new Date(Date.now() - 86_400_000).toISOString() })
  await site('page', { name: 'Lamps', properties: { title: 'Blue lamps', url: 'https://shop.example/lamps' } })
  await site('track', { event: 'Product Added', properties: { name: 'Lamp', price: 4990, quantity: 2, currency: 'HUF' } })
  await panel.getByRole('link', { name: 'Blue lamps' }).waitFor()
  await panel.getByText('2 × Lamp').waitFor()
  await panel.getByText('A-100').waitFor()
  assert.match(await panel.getByText('Total').locator('..').innerText(), /9,980/)
  await site('track', { event: 'Order Completed', properties: { order_id: 'A-101', total: 9980, currency: 'HUF' } })
  await until('the cart is empty after the order', async () => (await panel.getByText('2 × Lamp').count()) === 0 && (await panel.getByText('A-101').count()) === 1)
  assert.deepEqual(problems, [])
})
