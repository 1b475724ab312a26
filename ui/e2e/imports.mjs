import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { violations } from './browser.mjs'
import { test, until } from './check.mjs'
import { ADMIN } from './server.mjs'

// As a Hungarian spreadsheet writes it: Windows-1250, semicolons, CRLF. Of the signs here only these differ from Latin-1.
const SIGNS = { ő: 0xf5, ű: 0xfb, Ő: 0xd5, Ű: 0xdb, '„': 0x84, '”': 0x94 }
const windows1250 = (text) => Buffer.from([...text].map((sign) => SIGNS[sign] ?? sign.charCodeAt(0)))
const TABLE = windows1250([
  'Kód;Vezetéknév;Keresztnév;E-mail cím;Mobil;Hűségpont;Megjegyzés',
  'IM-1;Szűcs-Kőrösi;Ágnes;agnes@import.example;06 30 111 2222;1 250,5;"Két soros\nmegjegyzés"',
  'IM-2;Őry;Béla;bela-import.example;;12;„Öcsi”',
  'IM-3;Tóth;Cili;cili@import.example;;7;=1+1', '',
].join('\r\n'))

test('a table of a Hungarian spreadsheet is corrected, tried, imported, and its wrong row comes back', async (world) => {
  const { page, problems } = await world.as(ADMIN, '/customers')
  await page.getByRole('link', { name: 'Import', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Import' }).waitFor()
  assert.deepEqual(await violations(page), [], 'the list')
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose a file' }).click()
  await (await choosing).setFiles({ name: 'ugyfelek.csv', mimeType: 'text/csv', buffer: TABLE })
  await page.getByRole('heading', { level: 1, name: 'ugyfelek.csv' }).waitFor()
  await page.getByRole('button', { name: /Windows-1250/ }).waitFor()
  await page.getByText('Ágnes Szűcs-Kőrösi').waitFor()
  await page.getByRole('button', { name: /Meaning of the column “Kód”/ }).click()
  await page.getByRole('option', { name: 'User id' }).click()
  await page.getByText('User id: IM-1').waitFor()
  const name = page.getByRole('textbox', { name: 'Field name of the column “Hűségpont”' })
  await name.fill('points')
  await name.blur()
  await page.getByText(/points: 1,250\.5/).waitFor()
  assert.deepEqual(await violations(page), [], 'the mapping')
  await page.getByRole('button', { name: 'Dry run' }).click()
  await page.getByRole('heading', { name: 'What the dry run found' }).waitFor()
  const count = (label) => page.locator('dl > div').filter({ hasText: label }).getByRole('definition')
  assert.equal(await count('new customers').textContent(), '2')
  assert.equal(await count('wrong rows set aside').textContent(), '1')
  assert.deepEqual((await world.api.get('people?query=import.example')).items, [], 'a dry run changes nothing')
  await page.getByRole('button', { name: 'Import customers' }).click()
  await page.getByRole('heading', { name: 'The import is done' }).waitFor()
  await page.getByRole('cell', { name: /E-mail cím: This is not a valid e-mail address/ }).waitFor()
  assert.deepEqual(await violations(page), [], 'the outcome')
  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download wrong rows' }).click()
  const table = readFileSync(await (await downloading).path(), 'utf8')
  const corrected = '"IM-2";"Őry";"Béla";"bela-import.example";"";"12";"„Öcsi”";"4";"E-mail cím: This is not a valid e-mail address.";""'
  assert.ok(table.includes(corrected), table)
  const agnes = (await world.api.get('people?query=agnes@import.example')).items[0]
  assert.equal(agnes.traits.points, 1250.5)
  await page.goto(new URL(`/customers/${agnes.id}`, page.url()).href)
  await page.getByRole('heading', { name: /Szűcs-Kőrösi/ }).first().waitFor()
  assert.deepEqual(problems, [])
})

test('agents neither see imports nor reach them', async (world) => {
  const { page } = await world.as(world.kata, '/customers')
  await page.getByRole('heading', { name: 'Customers' }).first().waitFor()
  assert.equal(await page.getByRole('link', { name: 'Import', exact: true }).count(), 0)
  await page.goto(new URL('/imports', page.url()).href)
  await page.getByText('Importing is for leads').waitFor()
})

test('an import that is under way can be paused, cancelled and taken up again', async (world) => {
  const rows = Array.from({ length: 12_000 }, (_, number) => `P-${number};Pause ${number}`).join('\n')
  const { page, problems } = await world.as(ADMIN, '/imports')
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose a file' }).click()
  await (await choosing).setFiles({ name: 'many.csv', mimeType: 'text/csv', buffer: Buffer.from(`user id;name\n${rows}`) })
  await page.getByRole('button', { name: 'Import customers' }).click()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('heading', { name: 'The import is paused' }).waitFor()
  await page.getByRole('button', { name: 'Cancel the import' }).click()
  await page.getByRole('heading', { name: 'The import was cancelled' }).waitFor()
  const id = page.url().split('/').at(-1)
  await page.getByRole('status').getByRole('button', { name: 'Continue' }).click()
  await until('all are there', async () => (await world.api.get(`imports/${id}`)).counts.created === 12_000)
  await page.getByRole('heading', { name: 'The import is done' }).waitFor()
  assert.deepEqual(problems, [])
})
