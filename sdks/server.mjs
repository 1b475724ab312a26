// The program itself, with an empty workspace of its own in a folder that goes away again.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './check.mjs'

const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KAPOCS_')))

export async function startServer(database) {
  const program = process.env.KAPOCS_PROGRAM
  if (!program) throw new Error('KAPOCS_PROGRAM must name the kapocs program')
  const folder = mkdtempSync(join(tmpdir(), 'kapocs-sdks-'))
  const password = join(folder, 'password')
  writeFileSync(password, 'mecses-es-gyertya-26')
  const place = ['--data', join(folder, 'data'), ...(database ? ['--database', database] : [])]
  const setup = ['setup', ...place, '--workspace', 'Bolt', '--admin', 'anna@bolt.example', '--password-file', password, '--json']
  const made = JSON.parse(execFileSync(program, setup, { env: ENV }))
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const child = spawn(program, ['serve', ...place, '--listen', `127.0.0.1:${port}`], { env: ENV, stdio: 'ignore' })
  await until('the server is ready', () => fetch(`${origin}/health/ready`).then((answer) => answer.ok, () => false), 30_000)
  return {
    origin, port, writeKey: made.write_key,
    get: async (path) => {
      const answer = await fetch(`${origin}/api/v1/${path}`, { headers: { Authorization: `Bearer ${made.api_key}` } })
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      return answer.json()
    },
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort() {
  const probe = createServer()
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return port
}
