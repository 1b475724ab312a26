import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import { WebSocketServer } from 'ws'
import { handle, makeWorld } from './handlers'

// What the real server will send: the application must work under it.
const POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'",
  "connect-src 'self'", "frame-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
].join('; ')

const PAGE_MAIL = `<!doctype html><meta charset="utf-8"><body style="font:14px/1.5 Arial;margin:16px;color:#222">
<h2 style="color:#0b6a5d">Borostyán Kert: visszaigazolás</h2><p>Köszönjük a rendelését! Az alábbi tételeket hamarosan feladjuk.</p>
<table border="0" cellpadding="8" style="border-collapse:collapse;width:100%"><tr style="background:#edf2f0"><th align="left">Tétel</th><th align="right">Ár</th></tr>
<tr><td>Levendula, 14 cm cserép (2 db)</td><td align="right">5 980 Ft</td></tr><tr><td>Virágföld, 40 l</td><td align="right">3 490 Ft</td></tr>
<tr><td><b>Összesen</b></td><td align="right"><b>9 470 Ft</b></td></tr></table><p>Szállítás: 1–3 munkanap.</p></body>`

type Use = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

export function mockServer(): Plugin {
  return {
    name: 'kapocs-mock-server',
    configureServer: (server) => serve((use) => server.middlewares.use(use), server.httpServer as Server | null),
    configurePreviewServer: (server) => {
      server.middlewares.use((_request, response, next) => {
        response.setHeader('Content-Security-Policy', POLICY)
        next()
      })
      serve((use) => server.middlewares.use(use), server.httpServer as Server)
    },
  }
}

function serve(use: (handler: Use) => void, http: Server | null) {
  const world = makeWorld(Number(process.env.KAPOCS_MOCK_ROWS) || 640)
  use((request, response, next) => {
    if (request.url?.startsWith('/content/')) {
      response.removeHeader('Content-Security-Policy')
      response.setHeader('Content-Type', 'text/html')
      response.end(PAGE_MAIL)
    } else if (request.url?.startsWith('/api/v1/')) void handle(world, request, response)
    else next()
  })
  const sockets = new WebSocketServer({ noServer: true })
  http?.on('upgrade', (request, socket, head) => {
    if (!request.url?.startsWith('/api/v1/live')) return
    sockets.handleUpgrade(request, socket, head, (client) => world.join(client))
  })
}
