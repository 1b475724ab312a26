// Against the real program: KAPOCS_PROGRAM=… npm run e2e [part of a test's name]
import { launch, pagesOf } from './browser.mjs'
import { runAll } from './check.mjs'
import { freePort, startServer } from './server.mjs'
import { startSink } from './mail.mjs'
import './entrance.mjs'
import './inbox.mjs'
import './spam.mjs'
import './merging.mjs'
import './imports.mjs'
import './onboarding.mjs'
import './keyboard.mjs'
import './settings.mjs'
import './forms.mjs'
import './access.mjs'
import './events.mjs'
import './plan.mjs'
import './on-site.mjs'
import './audiences.mjs'
import './notices.mjs'
import './pseudo.mjs'
import './chat.mjs'

const KATA = { name: 'Halász Kata', email: 'kata@mecses.example', password: 'kapaszkodo-szotar-8' }

const server = await startServer()
const browser = await launch()
const sink = await startSink()
let fine = false
try {
  const { api } = server
  await api.post('users', { ...KATA, role: 'agent', locale: 'en' })
  for (const name of ['Delivery', 'Refund']) await api.post('tags', { name, color: 'teal' })
  const chat = await api.post('channels', { kind: 'chat', name: 'Shop chat', config: { ask_email: 'never' } })
  const smtp = await freePort()
  const mail = await api.post('channels', {
    kind: 'receiver', name: 'Letters',
    config: { addresses: ['hello@mecses.example'], listen_port: smtp, smtp_host: '127.0.0.1', smtp_port: sink.port, smtp_tls: 'none' },
  })
  fine = await runAll({ server, api, sink, smtp, channels: { chat, mail }, kata: KATA, ...pagesOf(browser, server.origin) })
} finally {
  await browser.close()
  sink.stop()
  if (!fine && process.env.KAPOCS_LOG) console.log(server.log().split('\n').slice(-40).join('\n'))
  await server.stop()
}
process.exit(fine ? 0 : 1)
