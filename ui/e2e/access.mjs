import assert from 'node:assert/strict'
import { violations } from './browser.mjs'
import { test } from './check.mjs'
import { chatter, pathOf } from './steps.mjs'

/** Their language and look change here; the other tests' colleagues keep theirs. */
const NORA = { name: 'Szabó Nóra', email: 'nora@mecses.example', password: 'csillagfeny-abrosz-5' }

const WORDS = { en: { inbox: 'Conversations', signIn: 'Sign in to your workspace', settings: 'Channels', audiences: 'Audiences' }, hu: { inbox: 'Beszélgetések', signIn: /Bejelentkezés/, settings: 'Csatornák', audiences: 'Célközönségek' } }

for (const locale of ['en', 'hu']) {
  for (const theme of ['light', 'dark']) {
    test(`no barrier in ${locale}, ${theme}`, async (world) => {
      const words = WORDS[locale]
      const { conversation } = world.sample ??= await chatter(world, 'Access Aladár', 'Is everything within reach?')
      world.nora ??= await world.api.post('users', { ...NORA, role: 'administrator', locale: 'en' })
      const options = { locale: locale === 'hu' ? 'hu-HU' : 'en-GB', colorScheme: theme, reducedMotion: 'reduce' }
      const outside = await world.open(options)
      await outside.page.goto(world.server.origin)
      await outside.page.getByRole('heading', { level: 1 }).waitFor()
      assert.equal(await outside.page.locator('html').getAttribute('lang'), locale)
      assert.deepEqual(await violations(outside.page), [])

      const { page, problems } = await world.as(NORA, '/settings/me', options)
      await page.getByRole('heading', { level: 1 }).waitFor()
      const changed = await page.evaluate((change) => fetch('/api/v1/me', { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(change) }).then(({ status }) => status), { locale, theme })
      assert.equal(changed, 200)
      await page.goto(new URL(pathOf(conversation), page.url()).href)
      await page.getByRole('article').waitFor()
      await page.getByRole('listbox', { name: words.inbox }).getByRole('option').first().waitFor()
      assert.deepEqual(await violations(page), [], 'inbox')
      for (const section of ['channels', 'users', 'tags', 'keys', 'events', 'audit', 'quarantine', 'me']) {
        await page.goto(new URL(`/settings/${section}`, page.url()).href)
        await page.getByRole('heading', { level: 1 }).waitFor()
        assert.deepEqual(await violations(page), [], section)
      }
      await page.goto(new URL('/audiences', page.url()).href)
      await page.getByRole('heading', { level: 1, name: words.audiences }).waitFor()
      assert.deepEqual(await violations(page), [], 'audiences')
      assert.deepEqual(problems, [])
    })
  }
}
