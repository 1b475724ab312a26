// Each vendor's SDK, unmodified, against the running program: its calls are on the right person's timeline, once.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { browserSdksIn } from './browser-sdks.mjs'
import { runAll, test, until } from '../ui/e2e/check.mjs'
import { nodeSdks } from './node-sdks.mjs'
import { startServer } from '../ui/e2e/server.mjs'

const HERE = dirname(fileURLToPath(import.meta.url))
const PYTHON = process.env.KAPOCS_PYTHON ?? join(HERE, '.venv', 'bin', 'python')
const server = await startServer({ database: process.env.KAPOCS_DATABASE })

const person = async (name) => (await server.api.get(`people?query=${name}`)).items.find(({ identities }) => identities.some(({ kind, value }) => kind === 'external' && value === name))

async function events(name) {
  const found = await person(name)
  if (!found) return []
  const timeline = await server.api.get(`people/${found.id}/timeline?limit=200`)
  return timeline.items.filter((item) => item.name.startsWith('event:'))
}

const named = (items, name) => items.filter((item) => item.name === `event:${name}`)
const arrived = async (name) => named(await events(name), 'Order Completed').length > 0

async function check(name) {
  await until('the order and what came before it arrive', async () => (await arrived(name)) && named(await events(name), 'Product Viewed').length > 0)
  const told = await events(name)
  const [order, ...more] = named(told, 'Order Completed')
  assert.equal(more.length, 0, 'once')
  assert.equal(order.payload.properties.order_id, 'K-1')
  assert.equal(order.payload.properties.total, 12.5)
  const age = Date.now() - Date.parse(order.at)
  assert.ok(age >= 0 && age < 60_000, `at its time: ${order.at}`)
  assert.equal(named(told, 'Product Viewed').length, 1, 'what was done before the sign-in is theirs too')
  const { traits, identities } = await person(name)
  assert.equal(traits.plan, 'gold')
  assert.ok(identities.some(({ kind, value, verified }) => kind === 'email' && value === `${name}@vevo.example` && !verified), 'an address told by an SDK is a claim')
  assert.ok(identities.some(({ kind }) => kind === 'anonymous'))
}

for (const [sdk, send] of Object.entries(nodeSdks)) {
  test(sdk, async () => {
    await send(server, sdk)
    await check(sdk)
  })
}
for (const sdk of ['segment-python', 'rudder-python', 'posthog-python']) {
  test(sdk, async () => {
    assert.ok(existsSync(PYTHON), `no Python with the packages of requirements.txt at ${PYTHON}`)
    await promisify(execFile)(PYTHON, [join(HERE, 'python_sdks.py'), sdk, server.origin, server.writeKey, sdk], { timeout: 60_000 })
    await check(sdk)
  })
}
for (const [sdk, send] of browserSdksIn(server, arrived)) {
  test(sdk, async () => {
    await send(sdk)
    await check(sdk)
  })
}

const passed = await runAll({ closePages: async () => {} })
await server.stop()
process.exit(passed ? 0 : 1)
