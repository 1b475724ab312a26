import assert from 'node:assert/strict'
import { signIn } from './browser.mjs'
import { test, until } from './check.mjs'
import { ADMIN, startServer } from './server.mjs'

test('a new workspace says what it still needs, sees by itself what is done, and then says nothing', async (world) => {
  const fresh = await startServer()
  try {
    const { page, problems } = await world.open({ timezoneId: 'Pacific/Auckland' })
    const card = page.getByRole('region', { name: 'First steps' })
    const step = (name) => card.getByRole('listitem').filter({ hasText: name })
    const isDone = (name) => step(name).getByRole('img', { name: 'Done' }).waitFor()
    await page.goto(fresh.origin)
    await signIn(page)
    await card.getByText('0 of 5 done').waitFor()
    assert.equal(await step('Test message').getByRole('button', { name: 'Write a message' }).isDisabled(), true, 'there is nowhere to write to')
    await step('Time zone').getByRole('button', { name: 'Take it over' }).click()
    await isDone('Time zone')
    await until('the server knows', async () => (await (await page.request.get(`${fresh.origin}/api/v1/me`)).json()).time_zone === 'Pacific/Auckland')

    await step('Connect a channel').getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByRole('dialog', { name: 'Connect channel' }).waitFor()
    const chat = await fresh.api.post('channels', { kind: 'chat', name: 'Shop chat', config: {} })
    await page.goto(fresh.origin)
    await isDone('Connect a channel')
    await step('Invite a colleague').getByRole('button', { name: 'Skip: Invite a colleague' }).click()
    await until('the skipped step is gone', async () => (await step('Invite a colleague').count()) === 0)
    const [own] = await Promise.all([page.waitForEvent('popup'), step('Test message').getByRole('button', { name: 'Write a message' }).click()])
    await own.getByRole('textbox').first().waitFor()
    await own.close()

    await fresh.chat(chat.key)('Test Tamara', 'Does this arrive?')
    await page.reload()
    await page.getByText('No conversation is open').waitFor()
    assert.equal(await card.count(), 0)
    assert.deepEqual(problems, [])
  } finally {
    await fresh.stop()
  }
})
