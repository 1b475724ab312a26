import assert from 'node:assert/strict'
import { longestTasks } from './browser.mjs'
import { test, until } from './check.mjs'
import { ADMIN } from './server.mjs'

test('calls of an SDK appear as they come, say why they were refused, and stand still while one is read', async (world) => {
  const send = (path, body) => fetch(`${world.server.origin}/v1/${path}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `Basic ${Buffer.from(`${world.server.writeKey}:`).toString('base64')}` }, body: JSON.stringify(body),
  })
  const { page, problems } = await world.as(ADMIN, '/settings/events')
  await page.getByRole('heading', { name: 'Live events' }).waitFor()
  await send('track', { anonymousId: 'browser-1', event: 'Order Completed', properties: { total: 4200 } })
  const rows = page.getByRole('list', { name: 'Live events' }).getByRole('listitem')
  await rows.filter({ hasText: 'Order Completed' }).waitFor()

  await rows.filter({ hasText: 'Order Completed' }).getByRole('button').first().click()
  const body = page.getByRole('region', { name: 'What was sent' })
  const told = JSON.parse(await body.innerText())
  assert.deepEqual([told.type, told.event, told.anonymousId, told.properties.total], ['track', 'Order Completed', 'browser-1', 4200])
  await rows.filter({ hasText: 'Order Completed' }).getByRole('button').first().click()
  await send('track', { anonymousId: 'browser-1', properties: {} })
  const refused = rows.filter({ hasText: 'Refused' })
  await refused.waitFor()
  await refused.getByRole('button').first().click()
  await refused.getByText('no_event The track call does not name its event.').waitFor()
  await send('page', { anonymousId: 'browser-1', name: 'Cart' })
  await page.getByRole('button', { name: '1 new call' }).waitFor()
  assert.equal(await rows.filter({ hasText: 'Cart' }).count(), 0)
  await page.getByRole('button', { name: '1 new call' }).click()
  await rows.filter({ hasText: 'Cart' }).waitFor()

  // Five hundred a second, for three seconds: the page goes on answering.
  const burst = async () => {
    for (let part = 0; part < 15; part++) {
      const batch = Array.from({ length: 100 }, (_, at) => ({ type: 'track', anonymousId: `b-${at}`, event: `Burst ${part}`, messageId: crypto.randomUUID() }))
      await send('batch', { batch })
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  const tasks = await longestTasks(page, async () => {
    await burst()
    await until('the last of them is shown', async () => (await rows.filter({ hasText: 'Burst 14' }).count()) > 0)
  })
  assert.ok(tasks.length > 15, 'every reading was a task')
  assert.ok(tasks[0] < 500, `nothing holds a frame up for half a second (${tasks[0]} ms)`)
  const flood = Array.from({ length: 400 }, (_, at) => ({ type: 'track', anonymousId: `f-${at}`, event: 'Flood', messageId: crypto.randomUUID() }))
  await send('batch', { batch: flood })
  await page.getByText(/calls went by faster/).waitFor()
  await page.getByRole('textbox').fill('cart')
  await until('only what was asked for', async () => (await rows.filter({ hasText: /Burst|Flood/ }).count()) === 0)
  assert.deepEqual(problems, [])
})
