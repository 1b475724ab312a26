// Shows pages to a real Chromium and tells what came of it: scripts that ran, dialogs and windows that opened,
// requests that went elsewhere, texts that were looked for and not seen.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

const task = JSON.parse(await text(process.stdin))
const { chromium } = createRequire(`${task.ui}/package.json`)('playwright-core')
const PARALLEL = 4
const PATIENCE = 30_000
/** A frame that was blocked never answers. */
const FRAME_PATIENCE = 1_000
/** So long a page may still do something after it was loaded. */
const SETTLE = 150
const RAN = 'a script ran: '

const canary = await listen((request, response) => {
  canary.hits.push(request.url)
  response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end()
})
const shop = await listen((request, response) => {
  const key = new URL(request.url, 'http://shop').searchParams.get('chat')
  const chat = key ? `<script async src="${task.origin}/widget.js" data-channel="${key}"></script>` : ''
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
  response.end(`<!doctype html><html lang="en"><title>Shop</title>${chat}<p>Shop</p>`)
})
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--no-proxy-server', '--disable-background-networking', '--disable-component-update',
    '--disable-features=Translate,MediaRouter,OptimizationHints', `--host-resolver-rules=MAP *.example 127.0.0.1:${canary.port}`,
  ],
})
try {
  const visits = []
  for (const group of task.groups) visits.push(...(await visitAll(group)))
  const structures = task.structures?.length ? await examine(task.structures) : []
  process.stdout.write(JSON.stringify({ visits, structures, canary: canary.hits }))
} finally {
  await browser.close()
  canary.server.close()
  shop.server.close()
}

function within(patience, work) {
  let timer
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('no answer')), patience) })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

async function listen(answer) {
  const server = createServer(answer)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: server.address().port, hits: [] }
}

async function visitAll(group) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB', bypassCSP: group.stand_in === true })
  context.setDefaultTimeout(PATIENCE)
  await context.addInitScript((ran) => {
    for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = (word) => console.debug(ran + word)
  }, RAN)
  if (group.stand_in) await context.addInitScript(showTextAsMarkup)
  if (group.session) await context.addCookies([{ name: '__Host-kapocs', value: group.session, domain: '127.0.0.1', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' }])
  const waiting = [...group.visits]
  const done = []
  const worker = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) done.push(await visit(context, group, one))
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
  await context.close()
  return done
}

async function visit(context, group, one) {
  const page = await context.newPage()
  const events = watch(page, group.downloads === true)
  if (group.strip) await page.route((url) => url.origin === task.content, withoutPolicy)
  let trouble = null
  try {
    if (one.file) await open(page, one.url)
    else await page.goto(one.chat || one.embed ? `http://127.0.0.1:${shop.port}/?chat=${one.chat ?? ''}` : one.url, { waitUntil: 'load' })
    if (one.embed) await page.evaluate(buildIn, one.embed)
    if (one.form) await fill(page, one.form)
    if (one.chat) await talk(page, one.says)
    for (const label of one.press ?? []) await page.getByRole('button', { name: label }).first().click()
    if (one.frames) await showFrames(page, one.frames)
  } catch (error) {
    trouble = String(error).split('\n')[0]
  }
  const missing = await unseen(page, one.seen ?? [])
  if (one.poke) await within(PATIENCE, page.evaluate(poke)).catch((error) => { trouble = String(error).split('\n')[0] })
  await page.waitForTimeout(SETTLE)
  const moved = !one.chat && !one.embed && !one.file && new URL(page.url()).origin !== new URL(one.url).origin ? [`the page moved to ${page.url()}`] : []
  await page.close()
  return { group: group.name, name: one.name, hits: [...events, ...moved], missing, trouble }
}

function watch(page, downloads) {
  const events = []
  const own = new Set([task.origin, task.content, `http://127.0.0.1:${shop.port}`])
  const foreign = (request) => {
    const url = new URL(request.url())
    return url.protocol.startsWith('http') && !own.has(url.origin)
  }
  page.on('console', (message) => message.text().startsWith(RAN) && events.push(message.text()))
  page.on('dialog', (dialog) => {
    events.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('popup', (popup) => events.push(`a window: ${popup.url()}`))
  if (!downloads) page.on('download', (download) => events.push(`a download: ${download.url()}`))
  // One that failed was stopped by the browser: the server elsewhere answers whatever reaches it, and counts it.
  page.on('requestfinished', (request) => foreign(request) && events.push(`a request: ${request.url()}`))
  return events
}

/** A file is shown, or it is downloaded and the page stays where it was. */
async function open(page, url) {
  const download = page.waitForEvent('download').then(() => true, () => false)
  const shown = await page.goto(url, { waitUntil: 'load' }).then(() => true, () => false)
  if (!shown && !(await download)) throw new Error('neither shown nor downloaded')
}

/** Every way in which a page can make use of somebody else's file. */
async function buildIn(urls) {
  const settled = (element) => new Promise((resolve) => {
    element.onload = element.onerror = resolve
    setTimeout(resolve, 1_000)
  })
  const add = (tag, attributes) => {
    const element = Object.assign(document.createElement(tag), attributes)
    const done = settled(element)
    document.body.append(element)
    return done
  }
  const uses = (url) => [
    add('script', { src: url }), add('script', { src: url, type: 'module' }), add('link', { rel: 'stylesheet', href: url }),
    add('img', { src: url }), add('object', { data: url }), add('embed', { src: url }), add('iframe', { src: url }),
    import(url).catch(() => undefined),
  ]
  await Promise.all(urls.flatMap(uses))
}

/** Content as it would be without its policy: what the sanitiser alone is worth. */
async function withoutPolicy(route) {
  const answer = await route.fetch()
  const headers = answer.headers()
  delete headers['content-security-policy']
  await route.fulfill({ response: answer, headers })
}

async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) await page.locator(`[name=${name}]`).fill(value)
  await Promise.all([page.waitForNavigation(), page.locator('form button[type=submit]').click()])
}

async function talk(page, words) {
  await page.getByRole('button', { name: /^(Chat|Csevegés)/ }).click()
  const app = page.frameLocator('iframe')
  const field = app.getByRole('textbox').last()
  await field.fill(words)
  await field.press('Enter')
}

/** Frames load when they are seen. */
async function showFrames(page, count) {
  const frames = page.locator('iframe')
  await frames.nth(count - 1).waitFor({ state: 'attached' })
  for (const frame of await frames.all()) {
    await frame.scrollIntoViewIfNeeded()
    const inside = await (await frame.elementHandle()).contentFrame()
    await inside.waitForURL((url) => url.origin === task.content)
    await inside.waitForLoadState('load')
  }
}

/** The words that are nowhere on the page: not in its text, its fields or its titles. */
async function unseen(page, words) {
  const end = Date.now() + PATIENCE
  let missing = words
  do {
    const shown = (await Promise.all(page.frames().map((frame) => within(FRAME_PATIENCE, frame.evaluate(wordsOf)).catch(() => '')))).join('\n').toLowerCase()
    missing = missing.filter((word) => !shown.includes(word.toLowerCase()))
    if (missing.length) await page.waitForTimeout(100)
  } while (missing.length && Date.now() < end)
  return missing
}

function wordsOf() {
  const fields = [...document.querySelectorAll('input, textarea')].map((field) => field.value)
  const titles = [...document.querySelectorAll('[title], [aria-label], [alt]')].flatMap((one) => [one.title, one.ariaLabel, one.alt])
  // Not `document.body`: an element may have taken that name.
  return [document.documentElement.textContent, ...fields, ...titles].join('\n')
}

/** Everything that a hand could do, to every element. */
function poke() {
  const kinds = ['mouseover', 'mouseenter', 'mousemove', 'pointerdown', 'mousedown', 'focus', 'focusin', 'input', 'keydown', 'load', 'error', 'toggle', 'animationstart', 'wheel']
  for (const one of document.querySelectorAll('*')) {
    for (const kind of kinds) one.dispatchEvent(new Event(kind))
    const leads = one.getAttribute('href') ?? ''
    if (!/^(https?|mailto|tel):/i.test(leads)) one.click?.()
  }
}

/** The control: a product that takes every text for markup. */
function showTextAsMarkup() {
  const show = (text, beside) => {
    if (!text?.includes('<') || beside?.closest?.('[data-shown], script, style, head')) return
    const place = document.createElement('span')
    place.dataset.shown = ''
    place.innerHTML = text
    document.body?.append(place)
  }
  const look = (node) => {
    if (node.nodeType === Node.TEXT_NODE) show(node.data, node.parentElement)
    if (node.nodeType !== Node.ELEMENT_NODE) return
    for (const field of [node, ...node.querySelectorAll('input, textarea, [title]')]) {
      show(field.value, field)
      show(field.title, field)
    }
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) show(texts.currentNode.data, texts.currentNode.parentElement)
  }
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'childList') change.addedNodes.forEach(look)
      else look(change.target)
    }
  }).observe(document, { childList: true, characterData: true, subtree: true })
}

/** Pages parsed and written again by the browser itself, and looked through. */
async function examine(pages) {
  const context = await browser.newContext()
  const page = await context.newPage()
  const found = []
  for (let at = 0; at < pages.length; at += 50) found.push(...(await page.evaluate(judge, pages.slice(at, at + 50))))
  await context.close()
  return found
}

function judge(pages) {
  const ELEMENTS = new Set(('a abbr address article b big blockquote br caption center cite code dd del details div dl dt em figcaption figure font '
    + 'h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var wbr').split(' '))
  const ATTRIBUTES = new Set(('align alt bgcolor border cellpadding cellspacing color colspan data-blocked-src dir height href lang nowrap open rel rowspan size '
    + 'src start style target title type valign width').split(' '))
  const read = (html) => new DOMParser().parseFromString(html, 'text/html')
  const within = (html) => {
    const place = document.implementation.createHTMLDocument('').createElement('div')
    place.innerHTML = html
    return place.innerHTML
  }
  const faultsOf = ({ html }) => {
    const faults = []
    const first = read(html)
    const once = first.documentElement.outerHTML
    if (read(`<!doctype html>${once}`).documentElement.outerHTML !== once) faults.push('the page is another when it is read again')
    const body = first.body.innerHTML
    if (within(within(body)) !== within(body)) faults.push('the body is another when it is read again')
    if (first.head.children.length !== 5) faults.push(`the head has ${first.head.children.length} elements`)
    if (first.body.attributes.length) faults.push('the body has attributes')
    for (const one of first.body.querySelectorAll('*')) {
      const name = one.localName
      if (!ELEMENTS.has(name) || one.namespaceURI !== 'http://www.w3.org/1999/xhtml') faults.push(`<${name}>`)
      for (const { name: attribute, value } of one.attributes) {
        if (!ATTRIBUTES.has(attribute)) faults.push(`<${name} ${attribute}>`)
        if (attribute === 'href' && !/^(https?:\/\/|mailto:|tel:)/i.test(value)) faults.push(`href=${value}`)
        if (attribute === 'src' && !/^data:image\/(png|jpe?g|gif|webp);base64,/.test(value)) faults.push(`src=${value}`)
        if (attribute === 'style' && /url|expression|image-set|@|\\|\/\*|position|--/i.test(value)) faults.push(`style=${value}`)
      }
    }
    return faults
  }
  return pages.map((page) => ({ name: page.name, faults: [...new Set(faultsOf(page))] }))
}
