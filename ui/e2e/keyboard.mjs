import assert from 'node:assert/strict'
import { test, until } from './check.mjs'
import { ADMIN } from './server.mjs'
import { letters, pathOf, thread } from './steps.mjs'

test('found, answered, tagged, put off and closed without a pointer', async (world) => {
  const [first, second] = await letters(world, 'Broken zsanér on the cupboard', 'Invoice twice')
  const { page, problems } = await world.as(ADMIN, '/inbox/all')
  const { keyboard } = page
  await page.getByRole('option').first().waitFor()
  const detail = (row) => world.api.get(`conversations/${row.id}`)

  await keyboard.press('/')
  await keyboard.type('zsaner')
  await until('it is found without its accent', async () => (await page.getByRole('option').count()) === 1)
  await page.getByRole('option', { name: /Broken zsanér/ }).waitFor()
  await keyboard.press('Enter')
  await keyboard.press('j')
  await keyboard.press('Enter')
  await thread(page).getByRole('heading', { name: 'Broken zsanér on the cupboard' }).waitFor()

  await keyboard.press('r')
  await until('the field has the focus', () => page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA'))
  await keyboard.type('A new hinge is in the post.')
  await keyboard.press('Control+Enter')
  await thread(page).getByText('A new hinge is in the post.').waitFor()
  await keyboard.press('Escape')

  await keyboard.press('l')
  await page.getByRole('dialog', { name: 'Tags' }).waitFor()
  await keyboard.type('Deliv')
  await until('one tag is left', async () => (await page.getByRole('menuitemcheckbox').or(page.getByRole('menuitem')).count()) === 1)
  await keyboard.press('ArrowDown')
  await keyboard.press('Enter')
  await until('it is tagged', async () => (await detail(first)).tags.some(({ name }) => name === 'Delivery'))
  // Once to clear the search, once to close.
  await keyboard.press('Escape')
  await keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Tags' }).waitFor({ state: 'hidden' })

  await keyboard.press('h')
  await page.getByRole('dialog', { name: 'Snooze' }).waitFor()
  await keyboard.type('in 3 days')
  await keyboard.press('ArrowDown')
  await keyboard.press('Enter')
  await until('it is put off', async () => (await detail(first)).status === 'snoozed')

  await keyboard.press('/')
  await keyboard.press('Control+a')
  await keyboard.type('invoice')
  await page.getByRole('option', { name: /Invoice twice/ }).waitFor()
  await keyboard.press('Enter')
  await keyboard.press('j')
  await keyboard.press('Enter')
  await thread(page).getByRole('heading', { name: 'Invoice twice' }).waitFor()
  await keyboard.press('e')
  await until('it is closed', async () => (await detail(second)).status === 'closed')
  assert.deepEqual(problems, [])
})

test('a key reaches the open conversation though the list beside it does not hold it', async (world) => {
  const [letter] = await letters(world, 'Opened from a link')
  const { page, problems } = await world.as(ADMIN, pathOf(letter, 'mine'))
  await thread(page).getByRole('heading', { name: 'Opened from a link' }).waitFor()
  assert.equal(await page.getByRole('option', { name: /Opened from a link/ }).count(), 0)
  await page.keyboard.press('e')
  await until('it is closed', async () => (await world.api.get(`conversations/${letter.id}`)).status === 'closed')
  assert.deepEqual(problems, [])
})
