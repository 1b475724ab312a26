import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { ADMIN } from './server.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
// Frames of another site get partitioned storage, as browsers give it; a default of the driver turns that off.
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-features=Translate,MediaRouter,OptimizationHints']

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS })

/** Pages that are closed after each test; what their consoles complain of is kept. */
export function pagesOf(browser, origin) {
  const contexts = []
  const sessions = new Map()
  const open = async (options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', timezoneId: 'Europe/Budapest', ...options })
    contexts.push(context)
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
    const problems = []
    page.on('console', (message) => message.type() === 'error' && problems.push(`${message.text()} ${message.location().url}`))
    page.on('pageerror', (error) => problems.push(String(error)))
    return { page, context, problems }
  }
  /** Signed in; the way through the form is walked once for each user. */
  const as = async (user, path = '/', options = {}) => {
    const stored = sessions.get(user.email)
    const opened = await open({ ...(stored && { storageState: stored }), ...options })
    await opened.page.goto(origin + (stored ? path : '/'))
    if (!stored) {
      await signIn(opened.page, user)
      sessions.set(user.email, await opened.context.storageState())
      if (path !== '/') await opened.page.goto(origin + path)
    }
    return opened
  }
  const closePages = async () => {
    for (const context of contexts.splice(0)) await context.close().catch(() => undefined)
  }
  const picture = async (name) => {
    const folder = process.env.KAPOCS_PICTURES
    if (!folder) return
    mkdirSync(folder, { recursive: true })
    let number = 0
    for (const context of contexts) for (const page of context.pages()) await page.screenshot({ path: join(folder, `${name.slice(0, 40).replace(/\W+/g, '-')}-${number++}.png`) }).catch(() => undefined)
  }
  return { open, as, closePages, picture }
}

/**
 * The longest tasks of the page's main thread while something is done, in ms of the thread's own time: how busy the machine is with
 * other work does not count.
 */
export async function longestTasks(page, act) {
  const browser = page.context().browser()
  await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] })
  await act().catch((error) => browser.stopTracing().then(() => Promise.reject(error)))
  const events = JSON.parse((await browser.stopTracing()).toString()).traceEvents
  const main = new Set(events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`))
  const tasks = events.filter(({ name, pid, tid, tdur }) => name === 'RunTask' && tdur !== undefined && main.has(`${pid} ${tid}`))
  return tasks.map(({ tdur }) => tdur / 1000).sort((a, b) => b - a)
}

export async function signIn(page, user = ADMIN) {
  await page.locator('input[name=username]').fill(user.email)
  await page.locator('input[name=password]').fill(user.password)
  await page.keyboard.press('Enter')
  await page.getByRole('listbox', { name: /Conversations|Beszélgetések/ }).waitFor()
}

export async function violations(page) {
  // Driven from outside the page: its policy lets no foreign script in.
  await page.evaluate(axe)
  const found = await page.evaluate((rules) => window.axe.run(document, { runOnly: rules, iframes: false, resultTypes: ['violations'] }), RULES)
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`)
}
