import assert from 'node:assert/strict'
import { test, until } from './check.mjs'
import { ADMIN } from './server.mjs'
import { chatter, pathOf, replyField } from './steps.mjs'

const email = (page) => page.locator('input[name=username]')
const password = (page) => page.locator('input[name=password]')

test('the way in is walked by keys alone, in a language chosen before it, and a password manager finds its fields', async (world) => {
  const { page, problems } = await world.open()
  await page.goto(world.server.origin)
  await email(page).waitFor()
  assert.equal(await email(page).getAttribute('autocomplete'), 'username')
  assert.equal(await password(page).getAttribute('autocomplete'), 'current-password')
  await until('the first field is ready', () => email(page).evaluate((field) => field === document.activeElement))
  await page.getByRole('radio', { name: 'Magyar' }).or(page.getByRole('button', { name: 'Magyar' })).first().click()
  await page.getByRole('heading', { name: /Bejelentkezés/ }).waitFor()
  await until('the page says its language', async () => (await page.locator('html').getAttribute('lang')) === 'hu')

  await email(page).focus()
  await page.keyboard.type(ADMIN.email)
  await page.keyboard.press('Tab')
  await page.keyboard.type('not-the-password')
  await page.keyboard.press('Enter')
  const alert = page.getByRole('alert')
  await alert.getByText(/./).first().waitFor()
  assert.equal(await email(page).inputValue(), ADMIN.email, 'what was typed stays')
  await password(page).fill(ADMIN.password)
  await page.keyboard.press('Enter')
  await page.getByRole('listbox').first().waitFor()
  assert.deepEqual(problems.filter((problem) => !problem.includes('401')), [])
})

test('after too many wrong tries the wait is said, and it ends', async (world) => {
  const BALINT = { name: 'Tóth Bálint', email: 'balint@mecses.example', password: 'kovirozsa-talpfa-3' }
  await world.api.post('users', { ...BALINT, role: 'agent', locale: 'en' })
  const { page } = await world.open()
  await page.goto(world.server.origin)
  await email(page).fill(BALINT.email)
  for (let wrong = 0; wrong < 11; wrong++) {
    await password(page).fill(`wrong-${wrong}`)
    const answered = page.waitForResponse((response) => response.url().endsWith('/api/v1/session') && response.request().method() === 'POST')
    await page.keyboard.press('Enter')
    await answered
  }
  await page.getByRole('alert').getByText(/\d+ s/).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Sign in' }).isDisabled(), true)
})

test('an expired session comes back to the same place, and the draft is there', async (world) => {
  const { conversation } = await chatter(world, 'Expiry Elemér', 'Will this session last?')
  const { page, context } = await world.open()
  await page.goto(world.server.origin)
  await email(page).fill(world.kata.email)
  await password(page).fill(world.kata.password)
  await page.keyboard.press('Enter')
  await page.getByRole('listbox', { name: 'Conversations' }).waitFor()
  await page.goto(world.server.origin + pathOf(conversation))
  await replyField(page).fill('Half an answer')
  await until('the draft is on the server', async () => (await page.evaluate((id) => fetch(`/api/v1/conversations/${id}/draft`).then((answer) => (answer.ok ? answer.json() : null)), conversation.id))?.text === 'Half an answer')
  await context.clearCookies()
  await page.reload()
  await email(page).waitFor()
  await email(page).fill(world.kata.email)
  await password(page).fill(world.kata.password)
  await page.keyboard.press('Enter')
  await until('the draft is back', async () => (await replyField(page).inputValue().catch(() => '')) === 'Half an answer')
  assert.ok(page.url().endsWith(pathOf(conversation)), page.url())
})
