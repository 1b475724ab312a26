// The program itself, with an empty workspace of its own in a folder that goes away again.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './check.mjs'

const PROGRAM = process.env.KAPOCS_PROGRAM
/** Settings of whoever runs the tests are not those of the server; its mail goes to a server on this machine. */
const ENV = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KAPOCS_'))), KAPOCS_EGRESS_ALLOW: '127.0.0.0/8', KAPOCS_DNS: 'off' }
export const ADMIN = { name: 'Anna', email: 'anna@mecses.example', password: 'mecses-es-gyertya-26' }

export async function freePort() {
  const probe = createServer()
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** `database`: a PostgreSQL address; without one a file in the folder. */
export async function startServer({ database } = {}) {
  if (!PROGRAM) throw new Error('KAPOCS_PROGRAM must name the kapocs program')
  const folder = mkdtempSync(join(tmpdir(), 'kapocs-e2e-'))
  const place = ['--data', join(folder, 'data'), ...(database ? ['--database', database] : [])]
  const password = join(folder, 'password')
  writeFileSync(password, ADMIN.password)
  const made = execFileSync(PROGRAM, ['setup', ...place, '--workspace', 'Mécses Bolt', '--admin', ADMIN.email, '--locale', 'en', '--password-file', password, '--json'], { env: ENV })
  const { api_key: key, write_key: writeKey } = JSON.parse(made)
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  let child
  let log = ''
  const start = async () => {
    child = spawn(PROGRAM, ['serve', ...place, '--listen', `127.0.0.1:${port}`], { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { log += text })
    await until('the server is ready', () => fetch(`${origin}/health/ready`).then((answer) => answer.ok, () => false), 30_000)
  }
  const halt = () => new Promise((resolve) => {
    child.once('exit', resolve)
    child.kill('SIGTERM')
  })
  await start()
  return {
    origin, port, writeKey, folder, api: client(`${origin}/api/v1/`, key), chat: (channel) => chatClient(`${origin}/chat/v1/${channel}/`),
    start, halt, log: () => log,
    stop: async () => {
      await halt()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function client(base, token) {
  const call = (method) => async (path, body) => {
    const answer = await fetch(base + path, {
      method, headers: { ...(token && { Authorization: `Bearer ${token}` }), ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }
  return { get: call('GET'), post: call('POST'), put: call('PUT'), patch: call('PATCH'), delete: call('DELETE') }
}

/** A visitor without a browser. */
function chatClient(base) {
  return async (name, ...texts) => {
    const { token } = await client(base).post('visitor', { locale: 'en' })
    const visitor = client(base, token)
    if (name) await visitor.put('email', { email: `${name.toLowerCase().replaceAll(' ', '.')}@example.com`, name })
    const say = (text) => visitor.post('messages', { client_id: crypto.randomUUID(), text })
    for (const text of texts) await say(text)
    return { say, messages: async () => (await visitor.get('messages?since=0')).items }
  }
}
