// Keeps screens open: for each pair the application and a visitor's chat, both through a proxy, and the application
// without one. A command is a line of JSON, its answer too.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const next = async () => JSON.parse((await lines.next()).value ?? '{"do":"end"}')
const task = await next()
const { chromium } = createRequire(`${task.ui}/package.json`)('playwright-core')
const PATIENCE = 30_000
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-proxy-server', '--disable-background-networking', '--disable-component-update', '--disable-features=Translate,MediaRouter,OptimizationHints'],
})
const cookie = { name: '__Host-kapocs', value: task.session, domain: '127.0.0.1', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' }
const pairs = []
const commands = { open, say, settle }

for (let command = await next(); command.do !== 'end'; command = await next()) {
  const answer = await commands[command.do](command).catch((error) => ({ error: String(error.stack ?? error) }))
  process.stdout.write(`${JSON.stringify(answer ?? {})}\n`)
}
await browser.close()

async function page(url, signedIn) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB' })
  context.setDefaultTimeout(30_000)
  if (signedIn) await context.addCookies([cookie])
  const opened = await context.newPage()
  await opened.goto(url)
  return opened
}

/** The visitor's first words make the conversation. */
async function open({ through, key, first }) {
  const chat = await page(`${through}/widget/${key}`, false)
  const pair = { chat, through }
  pairs.push(pair)
  await write(chat, first)
  await until(async () => (await said(chat)).includes(first))
}

async function write(chat, text) {
  const field = chat.getByRole('textbox').last()
  await field.fill(text)
  await field.press('Enter')
}

async function say({ pair, text }) {
  await write(pairs[pair].chat, text)
}

async function settle({ looks }) {
  return { looks: await Promise.all(looks.map((look, pair) => right(pairs[pair], look))) }
}

/** Waits until a pair shows what a fresh page shows, and the visitor sees what was said. */
async function right(one, { path, said: expected }) {
  one.screen ??= await page(one.through + path, true)
  one.fresh ??= await page('about:blank', true)
  await one.fresh.goto(task.direct + path)
  await one.fresh.locator('.thread .message, .thread .event').first().waitFor()
  const wanted = await still(() => shown(one.fresh))
  const started = Date.now()
  const parts = Object.keys(wanted)
  let screen
  let chat
  await until(async () => {
    screen = await shown(one.screen)
    chat = await said(one.chat)
    return parts.every((part) => alike(screen[part], wanted[part])) && same(chat, expected)
  })
  const differs = [
    ...parts.filter((part) => !alike(screen[part], wanted[part])).map((part) => `${part}: ${JSON.stringify(screen[part])} instead of ${JSON.stringify(wanted[part])}`),
    ...(same(chat, expected) ? [] : [`chat: ${JSON.stringify(chat.slice(-6))} instead of ${JSON.stringify(expected.slice(-6))}`]),
  ]
  return { differs, ms: Date.now() - started }
}

/** Where one of them shows that somebody writes just now, nothing is known of the words under it. */
function alike(a, b) {
  return a.length === b.length && a.every((line, index) => same(line, b[index]) || (line.name !== undefined && line.name === b[index].name && (line.writes || b[index].writes)))
}

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b)
}

async function until(holds) {
  for (const end = Date.now() + PATIENCE; Date.now() < end;) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A page that has just come has read everything once it no longer changes. */
async function still(read) {
  let before = await read()
  for (let quiet = 0; quiet < 4;) {
    await new Promise((resolve) => setTimeout(resolve, 120))
    const now = await read()
    quiet = same(now, before) ? quiet + 1 : 0
    before = now
  }
  return before
}

/** What an agent sees, without how long ago it was, and without who has read what: that is told to nobody else. */
function shown(screen) {
  return screen.evaluate(() => {
    const text = (element) => {
      const copy = element.cloneNode(true)
      for (const time of copy.querySelectorAll('.row__age, .row__dot, time, .day')) time.remove()
      return copy.textContent.replace(/\s+/g, ' ').trim()
    }
    const all = (selector) => [...document.querySelectorAll(selector)]
    return {
      views: all('.views a').map(text),
      // Rows stay where they are while somebody looks at them.
      rows: all('.list [role=option]').map((row) => {
        const preview = row.querySelector('.row__preview')
        const words = text(preview)
        const writes = preview.classList.contains('row__preview--presence')
        return { name: row.id + text(row).replace(words, ''), words, writes }
      }).sort((a, b) => (a.name < b.name ? -1 : 1)),
      arrivals: all('.list__arrivals').map(text),
      facts: all('.conversation__facts').map(text),
      thread: all('.thread > .message, .thread > .event').map(text).slice(-25),
    }
  })
}

function said(chat) {
  return chat.evaluate(() => [...document.querySelectorAll('[role=log] li:not(.unsent) .bubble')].map((bubble) => bubble.textContent))
}
