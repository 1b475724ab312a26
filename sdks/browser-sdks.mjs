// The browser SDKs, as a page of a shop on another origin loads them.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { until } from '../ui/e2e/check.mjs'

const PACKAGES = join(dirname(fileURLToPath(import.meta.url)), 'node_modules')
const ORDER = { order_id: 'K-1', total: 12.5 }

/** Name of the SDK → its script, and what the page does with it. */
const browserSdks = {
  'segment-browser': {
    script: '@segment/analytics-next/dist/umd/index.js',
    run: async ({ origin, port, writeKey, name, order }) => {
      const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load(
        { writeKey, cdnURL: origin },
        { integrations: { 'Segment.io': { apiHost: `127.0.0.1:${port}/v1`, protocol: 'http' } } },
      )
      await analytics.track('Product Viewed')
      await analytics.identify(name, { email: `${name}@vevo.example`, plan: 'gold' })
      await analytics.track('Order Completed', order)
    },
  },
  'customerio-browser': {
    script: '@customerio/cdp-analytics-browser/dist/umd/index.js',
    run: async ({ origin, port, writeKey, name, order }) => {
      const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load(
        { writeKey, cdnURL: `${origin}/customerio` },
        { integrations: { 'Customer.io Data Pipelines': { apiHost: `127.0.0.1:${port}/v1`, protocol: 'http' } } },
      )
      await analytics.track('Product Viewed')
      await analytics.identify(name, { email: `${name}@vevo.example`, plan: 'gold' })
      await analytics.track('Order Completed', order)
    },
  },
  'rudder-browser': {
    script: '@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js',
    run: async ({ origin, writeKey, name, order }) => {
      const Rudder = window.rudderanalytics?.RudderAnalytics ?? window.RudderAnalytics ?? window.rudderanalytics
      const analytics = typeof Rudder === 'function' ? new Rudder() : Rudder
      analytics.load(writeKey, origin, { configUrl: origin, uaChTrackLevel: 'none' })
      await new Promise((resolve) => analytics.ready(resolve))
      analytics.track('Product Viewed')
      analytics.identify(name, { email: `${name}@vevo.example`, plan: 'gold' })
      analytics.track('Order Completed', order)
    },
  },
}

async function shop() {
  const server = createServer((request, response) => {
    if (request.url === '/') return response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Shop</title><h1>Shop</h1>')
    const file = join(PACKAGES, normalize(request.url))
    if (!existsSync(file)) return response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(readFileSync(file))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { origin: `http://localhost:${server.address().port}`, stop: () => { server.closeAllConnections(); server.close() } }
}

export function browserSdksIn(server, arrived) {
  return Object.entries(browserSdks).map(([sdk, { script, run }]) => [sdk, async (name) => {
    const page = await shop()
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })
    try {
      const tab = await browser.newPage()
      const problems = []
      tab.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
      tab.on('response', (response) => response.status() >= 400 && problems.push(`${response.status()} ${response.url()}`))
      tab.on('requestfailed', (request) => problems.push(`${request.failure()?.errorText} ${request.url()}`))
      await tab.goto(page.origin)
      await tab.addScriptTag({ url: `/${script}` })
      const { origin, port, writeKey } = server
      await tab.evaluate(run, { origin, port, writeKey, name, order: ORDER })
      await until(`the calls of ${sdk} (${problems.join('; ')})`, () => arrived(name), 20_000)
    } finally {
      await browser.close()
      page.stop()
    }
  }])
}
