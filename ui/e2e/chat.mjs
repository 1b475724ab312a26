import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test, until } from './check.mjs'
import { ADMIN } from './server.mjs'
import { pathOf, replyField, thread } from './steps.mjs'

/** A page of somebody else, on another site than the chat. */
async function shopWith({ server, channels }) {
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lamps</title>
<script async src="${server.origin}/widget.js" data-channel="${channels.chat.key}" data-lang="en"></script></head><body><main><h1>Lamps</h1></main></body></html>`
  const policy = `default-src 'none'; script-src ${server.origin}; frame-src ${server.origin}; require-trusted-types-for 'script'`
  const shop = createServer((request, response) => {
    if (request.url === '/favicon.ico') return response.writeHead(204).end()
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy }).end(page)
  })
  await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve))
  return { origin: `http://localhost:${shop.address().port}`, stop: () => { shop.closeAllConnections(); shop.close() } }
}

const launcher = (page) => page.getByRole('button', { name: /^Chat/ })
const frame = (page) => page.frameLocator('iframe[title=Chat]')
const field = (page) => frame(page).getByRole('textbox', { name: 'Your message' })
const log = (page) => frame(page).getByRole('log')

async function tabTo(page, what, target) {
  for (let step = 0; step < 30; step++) {
    if (await target.evaluate((element) => element.matches(':focus')).catch(() => false)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`${what} cannot be reached with Tab`)
}

const arrived = (world, text) => until('the chat arrives', async () => (await world.api.get('conversations?view=all')).items.find((row) => row.preview === text))

test('a chat on a shop page by keyboard alone, with typing seen on both sides', async (world) => {
  const shop = await shopWith(world)
  try {
    const visitor = await world.open()
    await visitor.page.goto(shop.origin)
    await launcher(visitor.page).waitFor()
    await tabTo(visitor.page, 'the launcher', launcher(visitor.page))
    await visitor.page.keyboard.press('Enter')
    await field(visitor.page).waitFor()
    await tabTo(visitor.page, 'the text field', field(visitor.page))
    await visitor.page.keyboard.type('Do you send lamps abroad?')
    await visitor.page.keyboard.press('Enter')
    const conversation = await arrived(world, 'Do you send lamps abroad?')

    const anna = await world.as(ADMIN, pathOf(conversation))
    await thread(anna.page).getByText('Do you send lamps abroad?').waitFor()
    await visitor.page.keyboard.type('To Vienna, for')
    await thread(anna.page).getByText(/is typing/).waitFor()
    await replyField(anna.page).fill('We do,')
    await frame(visitor.page).getByText('Anna is typing…').first().waitFor()
    await replyField(anna.page).fill('We do, to all of Europe.')
    await replyField(anna.page).press('Control+Enter')
    await log(visitor.page).getByText('We do, to all of Europe.').waitFor()
    await visitor.page.keyboard.type(' example.')
    await visitor.page.keyboard.press('Enter')
    await thread(anna.page).getByText('To Vienna, for example.', { exact: true }).waitFor()

    await visitor.page.keyboard.press('Escape')
    await until('the focus is back on the launcher', () => launcher(visitor.page).evaluate((element) => element.matches(':focus')))
    assert.deepEqual(visitor.problems, [])
    assert.deepEqual(anna.problems, [])
  } finally {
    shop.stop()
  }
})

test('a chat goes on after a restart of the server, with nothing lost and nothing twice', async (world) => {
  const shop = await shopWith(world)
  try {
    const { page } = await world.open()
    await page.goto(shop.origin)
    await launcher(page).click()
    await field(page).fill('Before the restart')
    await field(page).press('Enter')
    const conversation = await arrived(world, 'Before the restart')
    await world.server.halt()
    await field(page).fill('While it was away')
    await field(page).press('Enter')
    await field(page).fill('And one more')
    await field(page).press('Enter')
    await world.server.start()
    const said = async () => (await world.api.get(`conversations/${conversation.id}/messages`)).items.filter(({ kind }) => kind === 'in').map(({ text }) => text)
    await until('what was kept arrives', async () => (await said()).length >= 3, 30_000)
    await until('nothing waits', async () => (await frame(page).getByText('Waiting for a connection').count()) === 0)
    await world.api.post(`conversations/${conversation.id}/messages`, { text: 'Welcome back' })
    await log(page).getByText('Welcome back').waitFor({ timeout: 20_000 })
    assert.deepEqual(await said(), ['Before the restart', 'While it was away', 'And one more'])
    await page.reload()
    await launcher(page).waitFor()
    await launcher(page).click()
    for (const text of ['Before the restart', 'While it was away', 'And one more', 'Welcome back']) {
      await log(page).getByText(text, { exact: true }).waitFor()
      assert.equal(await log(page).getByText(text, { exact: true }).count(), 1, text)
    }
  } finally {
    shop.stop()
  }
})
