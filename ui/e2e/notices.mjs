import assert from 'node:assert/strict'
import { test, until } from './check.mjs'
import { chatter, pathOf, thread } from './steps.mjs'

/** A browser of a test has its focus everywhere; here it goes where the test says. Notifications are kept to look at. */
function watch() {
  window.told = []
  window.front = false
  document.hasFocus = () => window.front
  const Real = window.Notification
  window.Notification = class extends Real {
    static get permission() {
      return window.denied ? 'denied' : Real.permission
    }

    constructor(title, options) {
      super(title, options)
      window.told.push({ title, body: options.body, press: () => this.dispatchEvent(new Event('click')) })
    }
  }
}

const bring = (page, front) => page.evaluate((to) => {
  window.front = to
  window.dispatchEvent(new Event(to ? 'focus' : 'blur'))
}, front)

test('who looks elsewhere is called once when they are needed, by what they switched on', async (world) => {
  const visitor = await chatter(world, 'Noémi Notice', 'Is anybody there?')
  const { api } = world
  // Of her own: nothing that other tests left waits for her.
  const panna = { name: 'Réti Panna', email: 'panna@mecses.example', password: 'kapaszkodo-szotar-9' }
  const user = await api.post('users', { ...panna, role: 'agent', locale: 'en' })
  await api.put(`conversations/${visitor.conversation.id}/assignee`, { user_id: user.id })
  const first = await world.as(panna)
  const { context } = first
  await context.addInitScript(watch)
  const pages = [first.page, await context.newPage()]
  const told = async () => (await Promise.all(pages.map((page) => page.evaluate(() => window.told.map(({ title, body }) => ({ title, body })))))).flat()
  const origin = world.server.origin
  for (const page of pages) await page.goto(`${origin}/settings/me`)
  const [page, other] = pages
  const lever = page.locator('label').filter({ hasText: 'Browser notifications' })
  const choice = page.getByRole('switch', { name: /Browser notifications/ })

  // Not switched on: only the title tells.
  await until('the title counts it', async () => (await page.title()).startsWith('(1) '))
  await page.evaluate(() => { window.denied = true })
  await bring(page, true)
  await page.getByText(/This browser blocks notifications/).waitFor()
  await lever.click()
  assert.equal(await choice.isChecked(), false)

  await context.grantPermissions(['notifications'], { origin })
  await page.evaluate(() => { window.denied = false })
  await bring(page, true)
  await page.getByText(/This browser blocks notifications/).waitFor({ state: 'hidden' })
  await lever.click()
  await until('it is switched on', () => choice.isChecked())
  await bring(page, false)

  const recounted = () => Promise.all(pages.map((one) => one.waitForResponse((response) => response.url().includes('view=mentions'))))
  const afterFirst = recounted()
  await visitor.say('I have a question about lamps.')
  await until('it is told', async () => (await told()).length === 1)
  await afterFirst
  assert.deepEqual(await told(), [{ title: 'New message from Noémi Notice', body: 'Shop chat\nI have a question about lamps.' }])

  // Somebody else's conversation calls nobody, and what is looked at in any tab needs no call.
  const stranger = await chatter(world, 'Somebody Else', 'For nobody in particular')
  await bring(other, true)
  const counted = recounted()
  await visitor.say('A second one, seen in the other tab.')
  await counted
  await bring(other, false)
  await api.post(`conversations/${stranger.conversation.id}/messages`, { kind: 'note', text: 'Who knows?', mentions: [user.id] })
  await until('the mention is told', async () => (await told()).some(({ title }) => title === 'You were mentioned'))
  await until('both tabs count two', async () => (await Promise.all(pages.map((one) => one.title()))).every((title) => title.startsWith('(2) ')))
  assert.equal((await told()).length, 2)

  const [speaker] = (await Promise.all(pages.map(async (one) => [one, await one.evaluate(() => window.told.length)]))).find(([, count]) => count > 0)
  await speaker.evaluate(() => window.told[0].press())
  await bring(speaker, true)
  await thread(speaker).getByText('A second one, seen in the other tab.').waitFor()
  assert.ok(speaker.url().includes(pathOf(visitor.conversation)))
  await until('what was read is not counted', async () => (await speaker.title()).startsWith('(1) '))
  assert.deepEqual(first.problems, [])
})
