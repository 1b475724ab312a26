import assert from 'node:assert/strict'
import { test, until } from './check.mjs'
import { ADMIN } from './server.mjs'
import { letters } from './steps.mjs'

test('two customers become one after a preview, and are taken apart again with what is theirs', async (world) => {
  const [one, two] = await letters(world, 'From the first', 'From the second')
  await world.api.patch(`people/${one.person.id}`, { name: 'Merging Mária' })
  await world.api.patch(`people/${two.person.id}`, { name: 'M. Mária' })
  const { page, problems } = await world.as(ADMIN, `/customers/${one.person.id}`)
  await page.getByRole('heading', { name: 'Merging Mária' }).waitFor()
  await page.getByRole('button', { name: 'Merge…' }).click()
  await page.getByRole('searchbox').last().fill('M. Mária')
  await page.getByRole('menuitem', { name: /M\. Mária/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Merge two customers' })
  await dialog.getByText('After the merge').waitFor()
  await dialog.getByText(/2 conversations/).waitFor()
  assert.equal((await world.api.get(`people/${two.person.id}`)).merged_into, null, 'a preview changes nothing')
  await dialog.getByRole('button', { name: 'Merge', exact: true }).click()
  const notice = page.getByRole('status').filter({ hasText: 'Merged:' })
  await notice.waitFor()
  // A notice that is pointed at stays.
  await notice.hover()
  await page.getByRole('tab', { name: /Conversations 2/ }).waitFor()
  await notice.getByRole('button', { name: 'Undo' }).click()
  await until('they are two again', async () => (await world.api.get(`people/${two.person.id}`)).conversation_count === 1)

  await world.api.post(`people/${one.person.id}/merge`, { person_id: two.person.id })
  await page.goto(new URL(`/customers/${one.person.id}?tab=identities`, page.url()).href)
  const homes = page.getByRole('tabpanel').getByRole('listitem').filter({ has: page.getByRole('button', { name: /^Separate/ }) })
  await homes.filter({ hasText: 'M. Mária' }).getByText(/Merged by/).waitFor()
  await homes.filter({ hasText: 'M. Mária' }).getByRole('button', { name: 'Separate: M. Mária' }).click()
  await page.getByText('What does not join them').waitFor()
  await page.getByRole('button', { name: 'They do belong together' }).click()
  await homes.first().waitFor()
  assert.equal((await world.api.get(`people/${one.person.id}`)).conversation_count, 2)
  assert.deepEqual(problems, [])
})
