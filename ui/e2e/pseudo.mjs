// Every screen in a language that is longer than any real one: what does not fit is found here and not by a translator.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { pseudo } from '../scripts/pseudo.mjs'
import { test, until } from './check.mjs'
import { layout } from './layout.mjs'
import { ADMIN } from './server.mjs'
import { chatter, letters, pathOf } from './steps.mjs'

const folder = new URL('../../i18n/', import.meta.url)
const english = readdirSync(folder).filter((name) => /^app\..*\.en\.ftl$/.test(name)).map((name) => readFileSync(new URL(name, folder), 'utf8'))
const keys = english.flatMap((text) => [...text.matchAll(/^([a-z0-9-]+) =/gm)].map(([, key]) => key)).filter((key) => key.includes('-'))
const texts = `export default ${JSON.stringify(english.map(pseudo))}`

const VIEWS = ['mine', 'mentions', 'unassigned', 'all', 'snoozed', 'closed']
const SECTIONS = ['me', 'security', 'sessions', 'workspace', 'channels', 'teams', 'users', 'tags', 'keys', 'events', 'quality', 'plan', 'audit', 'quarantine', 'jobs']
const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } }

/** Something of everything, with names of an ordinary length. */
async function furnish(world) {
  const { api } = world
  const visitor = await chatter(world, 'Pseudo Piroska', 'Do you deliver on Saturdays?')
  const [letter, snoozed, closed] = await letters(world, 'A letter to measure', 'Put off for a while', 'Closed some time ago')
  const team = await api.post('teams', { name: 'Workshop', private: true })
  const tag = (await api.get('tags')).items[0]
  const admin = (await api.get('users')).items.find(({ email }) => email === ADMIN.email)
  await api.put(`teams/${team.id}/members/${admin.id}`)
  await api.put(`conversations/${letter.id}/assignee`, { user_id: admin.id })
  await api.put(`conversations/${letter.id}/priority`, { priority: 'urgent' })
  await api.put(`conversations/${letter.id}/tags/${tag.id}`)
  await api.post(`conversations/${letter.id}/messages`, { kind: 'note', text: 'Who knows this lamp?', mentions: [admin.id] })
  await api.put(`conversations/${snoozed.id}/snooze`, { until_reply: true })
  await api.post(`conversations/${closed.id}/closure`)
  await api.post('keys', { name: 'Web shop', scopes: ['read'] })
  const form = await api.post('channels', { kind: 'form', name: 'Repairs', config: {} })
  return { letter, chat: visitor.conversation, form, person: letter.person.id }
}

const routesOf = ({ letter, chat, form, person }) => [
  ...VIEWS.map((view) => `/inbox/${view}`),
  '/inbox/all?status=waiting&query=nothing-like-this&order=oldest',
  pathOf(letter), `${pathOf(letter)}?panel=on`, pathOf(chat),
  '/customers', `/customers/${person}`, `/customers/${person}?tab=conversations`, `/customers/${person}?tab=identities`,
  '/settings', ...SECTIONS.map((section) => `/settings/${section}`),
  '/settings/channels?action=new', `/settings/channels?item=${form.id}`, '/no-such-page',
]

for (const [name, viewport] of Object.entries(SIZES)) {
  const options = { viewport, reducedMotion: 'reduce', hasTouch: name === 'narrow' }
  const begin = async (world) => {
    world.furniture ??= await furnish(world)
    const opened = await world.open(options)
    const served = { times: 0 }
    await opened.context.route('**/assets/en-*.js', (route) => {
      served.times++
      return route.fulfill({ contentType: 'text/javascript', body: texts })
    })
    return { ...opened, served }
  }

  test(`in a long language nothing is cut or sticks out, ${name}`, async (world) => {
    const { page, problems, served } = await begin(world)
    const found = []
    const look = async (where) => {
      await settled(page)
      for (const fault of await layout(page, keys)) found.push(`${where}: ${fault}`)
      await world.picture(`${name}${where}`)
    }
    await page.goto(`${world.server.origin}/sign-in`)
    await page.locator('input[name=username]').waitFor()
    await look('/sign-in')
    await enter(page)
    for (const path of routesOf(world.furniture)) {
      await page.goto(world.server.origin + path)
      await page.getByRole('heading').first().waitFor()
      await look(path)
    }
    assert.ok(served.times > 0, 'the long texts were served')
    assert.equal(found.join('\n'), '')
    assert.deepEqual(problems.filter((problem) => !problem.includes('404')), [])
  })

  test(`in a long language menus and dialogs hold what is in them, ${name}`, async (world) => {
    const { page, problems } = await begin(world)
    const found = []
    await page.goto(world.server.origin)
    await enter(page)
    const float = page.locator('.popover, .modal')
    const look = async (where) => {
      await float.first().waitFor()
      await until(`${where} is drawn`, () => float.evaluateAll((all) => all.every((one) => getComputedStyle(one).opacity === '1')))
      await settled(page)
      for (const fault of await layout(page, keys)) found.push(`${where}: ${fault}`)
      await world.picture(`${name} ${where}`)
      await page.keyboard.press('Escape')
      await float.first().waitFor({ state: 'hidden' })
    }
    const keysTo = { c: 'new conversation', f: 'forward', '?': 'shortcuts', 'Control+k': 'palette', a: 'assign', l: 'tags', h: 'snooze', p: 'priority', s: 'status' }
    await page.goto(world.server.origin + pathOf(world.furniture.letter))
    await page.getByRole('article').waitFor()
    for (const [key, what] of Object.entries(keysTo)) {
      await page.keyboard.press(key)
      await look(what)
    }
    for (const path of [pathOf(world.furniture.letter), '/inbox/all', '/settings/users', '/settings/me']) {
      await page.goto(world.server.origin + path)
      await page.getByRole('heading').first().waitFor()
      await settled(page)
      const openers = page.locator('button[aria-haspopup]:not([disabled]):visible')
      for (let at = 0; at < await openers.count(); at++) {
        await openers.nth(at).click()
        await look(`${path} menu ${at}`)
      }
    }
    for (const path of ['/settings/teams', '/settings/users', '/settings/tags', '/settings/keys']) {
      await page.goto(world.server.origin + path)
      await page.locator('.toolbar .button--primary').click()
      await look(`${path} new`)
    }
    await page.goto(`${world.server.origin}/settings/channels?action=new`)
    const kinds = page.locator('button.kind')
    await kinds.first().waitFor()
    for (let at = 0; at < await kinds.count(); at++) {
      await kinds.nth(at).click()
      await page.locator('.dialog-form').waitFor()
      await look(`new channel ${at}`)
      await page.goto(`${world.server.origin}/settings/channels?action=new`)
      await kinds.first().waitFor()
    }
    assert.equal(found.join('\n'), '')
    assert.deepEqual(problems, [])
  })

  test(`in a long language the first run fits, ${name}`, async (world) => {
    const { page } = await begin(world)
    await page.route('**/api/v1/setup', (route) => route.fulfill({ json: { needed: true } }))
    await page.goto(world.server.origin)
    await page.locator('.entrance__form').waitFor()
    await settled(page)
    await world.picture(`${name} setup`)
    assert.deepEqual(await layout(page, keys), [])
  })
}

/** Names are in the long language here, so that the usual way in is not found. */
async function enter(page) {
  await page.locator('input[name=username]').fill(ADMIN.email)
  await page.locator('input[name=password]').fill(ADMIN.password)
  await page.keyboard.press('Enter')
  await page.getByRole('listbox').first().waitFor()
}

/** Loaded, drawn and at rest. */
async function settled(page) {
  await page.evaluate(() => document.fonts.ready)
  await until('nothing is being loaded', () => page.evaluate(() => !document.querySelector('.skeleton') && document.getAnimations().every(({ playState }) => playState !== 'running')))
}
