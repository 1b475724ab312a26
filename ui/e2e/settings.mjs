import assert from 'node:assert/strict'
import { test, until } from './check.mjs'
import { letters, pathOf, thread } from './steps.mjs'

test('a key moved in the settings acts at its new place, and a taken one is refused', async (world) => {
  const [letter] = await letters(world, 'Closed by another key')
  const { page, problems } = await world.as(world.kata, '/settings/me')
  const card = page.locator('form').filter({ has: page.getByRole('heading', { name: 'Keyboard shortcuts' }) })
  await card.getByRole('button', { name: /^Close: E/ }).click()
  await page.keyboard.press('x')
  await card.getByText('This key is already in use: Mark').waitFor()
  await page.keyboard.press('d')
  await card.getByRole('button', { name: /^Close: D/ }).waitFor()
  await card.getByRole('button', { name: 'Save' }).click()
  await card.getByText('Saved').waitFor()

  await page.goto(new URL(pathOf(letter), page.url()).href)
  await thread(page).getByRole('heading', { name: 'Closed by another key' }).waitFor()
  const status = async () => (await world.api.get(`conversations/${letter.id}`)).status
  await page.keyboard.press('e')
  await page.keyboard.press('d')
  await until('it is closed', async () => (await status()) === 'closed')
  await world.api.delete(`conversations/${letter.id}/closure`)
  await page.goto(new URL('/settings/me', page.url()).href)
  await card.getByRole('button', { name: 'Restore all' }).click()
  await card.getByRole('button', { name: 'Save' }).click()
  await card.getByText('Saved').waitFor()
  assert.deepEqual(problems, [])
})
