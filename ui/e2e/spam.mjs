import assert from 'node:assert/strict'
import { test, until } from './check.mjs'
import { ADMIN } from './server.mjs'
import { chatter, letters, pathOf, thread } from './steps.mjs'

const rowOf = (page, name) => page.getByRole('option', { name })
const menu = async (page, item) => {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: item }).click()
}
const notice = (page, text) => page.getByRole('status').filter({ hasText: text })

test('spam leaves the inbox for its own view, by hand and in bulk, and comes back with one undo', async (world) => {
  const [prize, other, third] = await letters(world, 'You have won', 'Buy cheap pills', 'Cheap loans')
  const { page, problems } = await world.as(ADMIN, pathOf(prize))
  await menu(page, 'Mark as spam')
  await notice(page, 'marked as spam').waitFor()
  await until('it is out of the list', async () => (await rowOf(page, /You have won/).count()) === 0)
  await notice(page, 'marked as spam').getByRole('button', { name: 'Undo' }).click()
  await rowOf(page, /You have won/).waitFor()

  await page.goto(new URL('/inbox/all', page.url()).href)
  for (const name of [/Buy cheap pills/, /Cheap loans/]) await rowOf(page, name).locator('.row__avatar').click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Mark as spam' }).click()
  await notice(page, '2 conversations marked as spam').waitFor()
  await page.getByRole('link', { name: 'Spam' }).click()
  await rowOf(page, /Buy cheap pills/).click()
  await page.getByText('This conversation is spam').waitFor()
  await thread(page).getByRole('button', { name: 'Not spam' }).first().click()
  await until('it is out of the spam', async () => (await rowOf(page, /Buy cheap pills/).count()) === 0)
  await until('the server knows', async () => !(await world.api.get(`conversations/${other.id}`)).spam)
  const now = async ({ id }) => world.api.get(`conversations/${id}`)
  assert.deepEqual([(await now(other)).spam, (await now(other)).status, (await now(third)).spam], [false, 'new', true])
  assert.deepEqual(problems, [])
})

test('a blocked visitor writes to the spam, and is heard again once unblocked', async (world) => {
  const visitor = await chatter(world, 'Rude Rudi', 'First words')
  const { page, problems } = await world.as(ADMIN, pathOf(visitor.conversation))
  await menu(page, 'Block sender')
  await notice(page, 'Blocked: Rude Rudi').waitFor()
  await visitor.say('Second words')
  await page.goto(new URL(pathOf(visitor.conversation, 'spam'), page.url()).href)
  await thread(page).getByText('Second words').waitFor()
  await page.getByText('The sender is blocked').waitFor()
  assert.equal((await world.api.get(`conversations/${visitor.conversation.id}`)).status, 'closed')

  await page.getByRole('button', { name: 'Unblock' }).first().click()
  await notice(page, 'Unblocked: Rude Rudi').waitFor()
  await page.getByRole('button', { name: 'Not spam' }).first().click()
  await visitor.say('Third words')
  await until('it is open again', async () => {
    const { spam, status } = await world.api.get(`conversations/${visitor.conversation.id}`)
    return !spam && status !== 'closed'
  })
  assert.deepEqual(problems, [])
})
