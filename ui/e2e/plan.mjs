import assert from 'node:assert/strict'
import { violations } from './browser.mjs'
import { test, until } from './check.mjs'
import { ADMIN } from './server.mjs'

test('a plan is made from what came, sets a bad call aside, and once it is mended the call gets onto the timeline', async (world) => {
  const send = async (messageId, total) => {
    const body = { userId: 'plan-anna', event: 'Basket Paid', messageId, properties: { total, currency: 'HUF' } }
    const answer = await fetch(`${world.server.origin}/v1/track`, {
      method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `Basic ${Buffer.from(`${world.server.writeKey}:`).toString('base64')}` }, body: JSON.stringify(body),
    })
    assert.equal(answer.status, 200)
  }
  for (const at of [1, 2, 3]) await send(`plan-${at}`, at * 1000)

  const { page, problems } = await world.as(ADMIN, '/settings/plan')
  await page.getByText('Nothing is planned yet').waitFor()
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: 'From what came' }).click()
  const proposals = page.getByRole('dialog', { name: 'From what came' })
  const learned = proposals.getByRole('listitem').filter({ hasText: 'Basket Paid' }).first()
  await learned.getByText('whole number, always').waitFor()
  await proposals.getByRole('button', { name: 'Add: Basket Paid' }).click()
  await learned.getByText('In the plan').waitFor()
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Edit: Basket Paid' }).click()
  const form = page.getByRole('dialog', { name: 'Event of the plan' })
  await form.getByRole('button', { name: /When a call differs/ }).click()
  await page.getByRole('option', { name: 'Set aside', exact: true }).click()
  assert.deepEqual(await violations(page), [])
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('row', { name: /Basket Paid.*Set aside/ }).waitFor()

  await send('plan-bad', 'a lot')
  await page.goto(`${world.server.origin}/settings/events`)
  const row = page.getByRole('list', { name: 'Live events' }).getByRole('listitem').filter({ hasText: 'Set aside' })
  await row.getByRole('button').first().click()
  await row.getByText('total should be of type whole number; it was “a lot”.').waitFor()
  const timeline = async () => {
    const [person] = (await world.api.get('people?query=plan-anna')).items
    const items = (await world.api.get(`people/${person.id}/timeline?limit=200`)).items
    return { person, paid: items.filter(({ name }) => name === 'event:Basket Paid') }
  }
  assert.equal((await timeline()).paid.length, 3)
  await row.getByRole('button', { name: 'Work now' }).click()
  await page.getByText('It still differs from the tracking plan').waitFor()

  await page.goto(`${world.server.origin}/settings/plan`)
  await page.getByRole('button', { name: 'Edit: Basket Paid' }).click()
  const property = form.getByRole('listitem').filter({ has: page.locator('input[value="total"]') })
  await property.getByRole('button', { name: /Type/ }).click()
  await page.getByRole('option', { name: 'text', exact: true }).click()
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'hidden' })

  await page.goto(`${world.server.origin}/settings/quality`)
  await page.getByRole('img', { name: /^Calls, 30 days: [\d,]+ in all/ }).waitFor()
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: 'Basket Paid › total: wrong type, 1 call' }).click()
  await page.getByRole('dialog').getByText('"a lot"').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Work now: Basket Paid' }).click()
  await page.getByText('One call was worked').waitFor()
  await until('nothing waits any more', async () => (await page.getByRole('button', { name: /^Work now/ }).count()) === 0)
  const { person, paid } = await timeline()
  assert.deepEqual(paid.map(({ payload }) => payload.message_id).sort(), ['plan-1', 'plan-2', 'plan-3', 'plan-bad'])
  await page.goto(`${world.server.origin}/customers/${person.id}`)
  await until('the person’s page shows all four', async () => (await page.getByText('Basket Paid').count()) >= 4)

  // What is taken out of the plan comes back as it was.
  await page.goto(`${world.server.origin}/settings/plan`)
  await page.getByRole('button', { name: 'Delete: Basket Paid' }).click()
  await page.getByText('Nothing is planned yet').waitFor()
  await page.getByRole('button', { name: /Undo/ }).click()
  await page.getByRole('row', { name: /Basket Paid.*Set aside/ }).waitFor()
  await world.api.delete(`tracking-plan/events/${(await world.api.get('tracking-plan')).events[0].id}`)
  assert.deepEqual(problems, [])
})
