import assert from 'node:assert/strict'
import { violations } from './browser.mjs'
import { test, until } from './check.mjs'
import { ADMIN } from './server.mjs'

const HOUR = 3_600_000
const TEXT = 'all of (country is "HU", any of (did "Order Completed" at least 2 times in the last 30 days, plan is "vip"))'

/** A web shop's customers: three orders of Eszter, none of Bence, who is a VIP, and Emily from abroad. */
async function shop(world) {
  if (world.shop) return world.shop
  const { server } = world
  const people = [['eszter', 'Kovács Eszter', 'HU', 'free', 3], ['bence', 'Nagy Bence', 'HU', 'vip', 0], ['lilla', 'Szabó Lilla', 'HU', 'free', 1], ['emily', 'Emily Carter', 'GB', 'vip', 4]]
  const batch = people.flatMap(([userId, name, country, plan, orders]) => [
    { type: 'identify', userId, messageId: `${userId}-told`, traits: { name, country, plan } },
    ...Array.from({ length: orders }, (_, index) => ({
      type: 'track', event: 'Order Completed', userId, messageId: `${userId}-order-${index}`, properties: { total: 4990 + 1000 * index, currency: 'HUF' },
      timestamp: new Date(Date.now() - (index + 1) * HOUR).toISOString(),
    })),
  ])
  const answer = await fetch(`${server.origin}/v1/batch`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `Basic ${Buffer.from(`${server.writeKey}:`).toString('base64')}` },
    body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
  })
  assert.equal(answer.status, 200)
  world.shop = await until('the customers are known', async () => {
    const { items } = await world.api.get('people?limit=200')
    const found = Object.fromEntries(people.map(([id, name]) => [id, items.find((person) => person.name === name)]))
    return Object.values(found).every(Boolean) && found
  })
  return world.shop
}

const made = (world, name, text, live = false) => world.api.post('audiences', { name, text })
  .then(async (audience) => (live ? world.api.post(`audiences/${audience.id}/publication`) : audience))
const settled = (world, id) => until('everybody was asked', async () => {
  const audience = await world.api.get(`audiences/${id}`)
  return audience.filling ? null : audience
})
const preview = (page) => page.getByRole('region', { name: 'Preview' })
const counted = (page) => preview(page).getByRole('status')

/** Goes on (or back) with Tab until the focus is on what is meant. */
async function tabTo(page, target, what, key = 'Tab') {
  for (let step = 0; step < 60; step++) {
    if (await target.evaluate((element) => element.matches(':focus')).catch(() => false)) return
    await page.keyboard.press(key)
  }
  assert.fail(`${what} cannot be reached with Tab`)
}

/** Presses what is in the way of a menu or a list: its button, then the entry found by its first letters. */
async function choose(page, button, letters, key) {
  await tabTo(page, button, letters, key)
  await page.keyboard.press('Enter')
  await page.getByRole('listbox').or(page.getByRole('menu')).last().waitFor()
  await page.keyboard.type(letters)
  await page.keyboard.press('Enter')
  await page.getByRole('listbox').or(page.getByRole('menu')).first().waitFor({ state: 'hidden' })
}

const focused = (page, name) => until(`the focus is on ${name}`, () => page.evaluate((wanted) => document.activeElement?.getAttribute('placeholder') === wanted || document.activeElement?.textContent?.startsWith(wanted), name))

test('an audience with a condition of two levels is made, saved and published without a pointer', async (world) => {
  await shop(world)
  const { page, problems } = await world.as(ADMIN, '/inbox/all')
  const { keyboard } = page
  await page.getByRole('listbox', { name: 'Conversations' }).waitFor()
  await keyboard.press('g')
  await keyboard.press('s')
  await page.getByRole('heading', { level: 1, name: 'Audiences' }).waitFor()
  const start = page.getByRole('button', { name: /New audience|Make the first audience/ })
  await tabTo(page, start, 'the button that begins an audience')
  await keyboard.press('Enter')
  await page.getByRole('textbox', { name: 'Name' }).waitFor()
  await until('the name has the focus', () => page.getByRole('textbox', { name: 'Name' }).evaluate((field) => field.matches(':focus')))
  await keyboard.type('Returning in Hungary')

  await choose(page, page.getByRole('button', { name: 'Add condition' }), 'Data')
  await focused(page, 'Field')
  await keyboard.type('country')
  await keyboard.press('Escape')
  const first = page.getByRole('group', { name: /^country/ })
  await tabTo(page, first.getByRole('textbox', { name: 'Value' }), 'the value')
  await keyboard.type('HU')

  await choose(page, page.getByRole('button', { name: 'Add condition' }), 'Group')
  await focused(page, 'at least one')
  const group = page.getByRole('group', { name: /^at least one/ })
  await choose(page, group.getByRole('button', { name: 'Add here' }), 'What')
  const event = group.getByRole('group', { name: /^did/ })
  await focused(page, 'Event')
  await keyboard.type('Order Completed')
  await keyboard.press('Escape')
  await choose(page, event.getByRole('button', { name: /Whether and how often/ }), 'did at least', 'Shift+Tab')
  await choose(page, event.getByRole('button', { name: /When/ }), 'in the last')
  await choose(page, group.getByRole('button', { name: 'Add here' }), 'Data')
  await focused(page, 'Field')
  await keyboard.type('plan')
  await keyboard.press('Escape')
  await tabTo(page, group.getByRole('group', { name: /^plan/ }).getByRole('textbox', { name: 'Value' }), 'the second value')
  await keyboard.type('vip')

  await counted(page).getByText('2', { exact: true }).waitFor()
  await preview(page).getByRole('link', { name: /Kovács Eszter/ }).waitFor()
  await preview(page).getByRole('link', { name: /Nagy Bence/ }).waitFor()
  await keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Returning in Hungary' }).waitFor()
  assert.equal(await page.evaluate(() => document.activeElement.value), 'vip', 'saving leaves the focus where it was')
  const saved = (await world.api.get('audiences')).items.find(({ name }) => name === 'Returning in Hungary')
  assert.equal(saved.text, TEXT)

  const publish = page.getByRole('button', { name: 'Publish' })
  await publish.waitFor()
  await publish.focus()
  await keyboard.press('Enter')
  await until('it lives', async () => (await world.api.get(`audiences/${saved.id}`)).live)
  await page.getByRole('region', { name: 'Members' }).getByRole('link', { name: /Nagy Bence/ }).waitFor({ timeout: 20_000 })
  assert.deepEqual(await violations(page), [])
  assert.deepEqual(problems, [])
})

test('a count under way is given up at the next edit, and its number is never shown', async (world) => {
  await shop(world)
  const audience = await made(world, 'Counted with care', 'all of (country is "HU")')
  const { page, problems } = await world.as(ADMIN, `/audiences/${audience.id}`)
  await counted(page).getByText('3', { exact: true }).waitFor()
  const value = page.getByRole('group', { name: /^country/ }).getByRole('textbox', { name: 'Value' })
  let held
  const isHeld = new Promise((resolve) => { held = resolve })
  await page.route('**/api/v1/audience-previews', async (route) => {
    if (!route.request().postData().includes('"GB"')) return route.continue()
    const answer = await route.fetch()
    held(() => route.fulfill({ response: answer }).catch(() => undefined))
  })
  const given = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/audience-previews') && request.postData().includes('"GB"'))
  await value.fill('GB')
  assert.equal(await counted(page).getByText('3', { exact: true }).count(), 0, 'the old number goes with the first key')
  const letGo = await isHeld
  const numbers = await page.evaluateHandle(() => {
    const seen = []
    const status = [...document.querySelectorAll('[role=status]')].find((one) => one.closest('section')?.getAttribute('aria-label') === 'Preview')
    new MutationObserver(() => seen.push(status.textContent)).observe(status, { childList: true, subtree: true, characterData: true })
    return seen
  })
  await value.fill('DE')
  await given
  await letGo()
  await counted(page).getByText('0', { exact: true }).waitFor()
  assert.ok(!(await numbers.jsonValue()).some((text) => /^1of/.test(text)), 'the number of the question before was not shown')
  assert.deepEqual(problems, [])
})

test('why somebody is in an audience, or is not, agrees with who is in it', async (world) => {
  const { eszter, lilla } = await shop(world)
  const made_ = await made(world, 'Why this one', TEXT, true)
  const audience = await settled(world, made_.id)
  const members = new Set((await world.api.get(`audiences/${audience.id}/members`)).items.map(({ id }) => id))
  assert.deepEqual([members.has(eszter.id), members.has(lilla.id)], [true, false])
  const { page, problems } = await world.as(ADMIN, `/audiences/${audience.id}`)
  const why = page.getByRole('region', { name: 'Why in, why not?' })
  for (const [person, isIn] of [[eszter, true], [lilla, false]]) {
    await why.getByRole('button', { name: /customer/ }).click()
    await page.getByRole('dialog', { name: 'Choose customer' }).waitFor()
    await page.keyboard.type(person.name)
    await page.getByRole('menuitem', { name: new RegExp(person.name) }).click()
    await why.getByText(isIn ? 'is in it.' : 'is not in it.').waitFor()
    await why.getByRole('link', { name: person.name }).waitFor()
    await why.getByRole('listitem').filter({ hasText: 'country is “HU”' }).getByText('Now: HU').waitFor()
  }
  await why.getByText(/^Once/).waitFor()

  await page.goto(new URL(`/customers/${eszter.id}`, page.url()).href)
  await page.getByRole('list', { name: 'Audiences' }).getByRole('link', { name: 'Why this one' }).click()
  await why.getByText('is in it.').waitFor()
  assert.deepEqual(problems, [])
})

test('what the builder has no fields for is kept, and can be written as text with its mistakes shown', async (world) => {
  await shop(world)
  const text = 'all of (sum of total over ("Order Completed") >= 10000, email is absent)'
  const audience = await made(world, 'Kept whole', text)
  const { page, problems } = await world.as(ADMIN, `/audiences/${audience.id}`)
  await page.getByText('sum of total over ("Order Completed") >= 10000', { exact: true }).waitFor()
  await page.getByRole('textbox', { name: 'Description' }).fill('Those who spend')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await until('it is saved', async () => (await world.api.get(`audiences/${audience.id}`)).description === 'Those who spend')
  assert.equal((await world.api.get(`audiences/${audience.id}`)).text, text)

  await page.getByRole('radio', { name: 'Text' }).click()
  const field = page.getByRole('textbox', { name: 'Condition as text' })
  assert.equal(await field.inputValue(), text)
  await field.fill('all of (country is HU)')
  await page.getByText('The text cannot be read at line 1, character 20.').waitFor()
  await page.getByRole('radio', { name: 'Sentence' }).click()
  await page.getByText('Mend the text first').waitFor()
  await field.fill('all of (country is "HU")')
  await counted(page).getByText('3', { exact: true }).waitFor()
  await page.getByRole('radio', { name: 'Sentence' }).click()
  await page.getByRole('group', { name: 'country is “HU”' }).waitFor()

  await page.getByRole('link', { name: 'Audiences' }).first().click()
  await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Discard changes' }).click()
  await page.getByRole('heading', { level: 1, name: 'Audiences' }).waitFor()
  assert.deepEqual(problems.filter((problem) => !problem.includes('400')), [])
})

test('an audience that another one names says so instead of being deleted', async (world) => {
  await shop(world)
  const named = await made(world, 'Named by another', 'all of (country is "HU")')
  const user = await made(world, 'Names another', 'all of (in audience "Named by another")')
  const { page, problems } = await world.as(ADMIN, `/audiences/${user.id}`)
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByText('First publish what its condition names: Named by another.').waitFor()
  await world.api.post(`audiences/${named.id}/publication`)
  await page.goto(new URL(`/audiences/${named.id}`, page.url()).href)
  const ask = async () => {
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Delete audience' }).click()
    return page.getByRole('dialog', { name: 'Delete audience' })
  }
  const refusal = await ask()
  await refusal.getByText(/Names another/).waitFor()
  assert.equal(await refusal.getByRole('button', { name: 'Delete audience' }).count(), 0)
  await page.keyboard.press('Escape')
  await world.api.delete(`audiences/${user.id}`)
  await page.reload()
  const question = await ask()
  await question.getByRole('button', { name: 'Delete audience' }).click()
  await page.getByRole('heading', { level: 1, name: 'Audiences' }).waitFor()
  assert.equal((await world.api.get('audiences')).items.some(({ id }) => id === named.id), false)
  assert.deepEqual(problems.filter((problem) => !problem.includes('400')), [])
})

test('withdrawing asks and empties; what a colleague changes meanwhile is told, and not overwritten unseen', async (world) => {
  await shop(world)
  const made_ = await made(world, 'Two at work', 'all of (country is "HU")', true)
  await settled(world, made_.id)
  const { page, problems } = await world.as(ADMIN, `/audiences/${made_.id}`)
  const description = page.getByRole('textbox', { name: 'Description' })
  await page.getByText('3 members').waitFor()
  await world.api.patch(`audiences/${made_.id}`, { description: 'Written elsewhere' })
  await until('it is followed', async () => (await description.inputValue()) === 'Written elsewhere')
  await description.fill('Mine')
  await world.api.patch(`audiences/${made_.id}`, { description: 'Written elsewhere again' })
  await page.getByRole('alert').getByText(/Somebody else has changed/).waitFor()
  assert.equal(await description.inputValue(), 'Mine')
  await page.getByRole('button', { name: 'Load their version' }).click()
  assert.equal(await description.inputValue(), 'Written elsewhere again')

  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Make it a draft again' }).click()
  const question = page.getByRole('dialog', { name: 'Make it a draft again' })
  await question.getByText(/loses its 3 members/).waitFor()
  await question.getByRole('button', { name: 'Make it a draft again' }).click()
  await page.getByRole('button', { name: 'Publish', exact: true }).waitFor()
  const { live, members } = await world.api.get(`audiences/${made_.id}`)
  assert.deepEqual({ live, members }, { live: false, members: 0 })
  assert.deepEqual(problems, [])
})
