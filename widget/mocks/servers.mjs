// Two origins: the chat's server, and the shop whose page carries the widget.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createChat } from './chat.mjs';
import { shopPage } from './shop.mjs';

const dist = new URL('../dist/', import.meta.url);
const TYPES = { js: 'text/javascript', css: 'text/css', html: 'text/html; charset=utf-8', png: 'image/png' };
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNky/1cDwAEIQIKe1Xz5QAAAABJRU5ErkJggg==', 'base64');
const APP_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; frame-ancestors *; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";
export const KEY = 'demo-key';

export async function startServers(ports = { chat: 0, shop: 0 }) {
  const chat = createChat();
  const chatServer = createServer((request, response) => serveChat(chat, request, response));
  chatServer.on('upgrade', (request, connection, head) => chat.upgrade(request, connection, head));
  const chatOrigin = `http://127.0.0.1:${await listen(chatServer, ports.chat)}`;

  const shopServer = createServer((request, response) => serveShop(chatOrigin, request, response));
  // Another host name, so that the browser treats the frame as another site.
  const shopOrigin = `http://localhost:${await listen(shopServer, ports.shop)}`;
  const stop = () => {
    chat.dropSockets();
    for (const server of [chatServer, shopServer]) {
      server.closeAllConnections();
      server.close();
    }
  };
  return { chat, chatOrigin, shopOrigin, stop };
}

function listen(server, port) {
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server.address().port)));
}

async function serveChat(chat, request, response) {
  const path = request.url.split('?')[0];
  if (request.url.startsWith(`/chat/v1/${KEY}/`)) {
    return chat.handle(request, response, request.url.slice(`/chat/v1/${KEY}/`.length));
  }
  chat.requests.push(`${request.method} ${path}`);
  if (path === '/widget.js') return file(response, 'widget.js');
  if (path.startsWith('/widget/app/')) return file(response, path.slice('/widget/'.length));
  if (path.startsWith('/content/')) return send(response, 'png', PIXEL);
  if (path === `/widget/${KEY}`) return file(response, 'app/index.html', { 'Content-Security-Policy': APP_POLICY });
  response.writeHead(404).end();
}

function serveShop(chatOrigin, request, response) {
  const url = new URL(request.url, 'http://shop');
  if (url.pathname === '/favicon.ico') return response.writeHead(204).end();
  const policy = `default-src 'none'; style-src 'self'; script-src ${chatOrigin} 'self'; frame-src ${chatOrigin}; img-src 'self' data:; require-trusted-types-for 'script'`;
  if (url.pathname === '/shop.css') return send(response, 'css', shopPage.style);
  const page = shopPage.html({ chatOrigin, key: KEY, lang: url.searchParams.get('lang') ?? 'hu', attributes: url.searchParams.get('attributes') ?? '' });
  send(response, 'html', page, { 'Content-Security-Policy': policy });
}

async function file(response, name, headers = {}) {
  try {
    send(response, name.split('.').at(-1), await readFile(new URL(name, dist)), headers);
  } catch {
    response.writeHead(404).end();
  }
}

function send(response, extension, body, headers = {}) {
  response.writeHead(200, { 'Content-Type': TYPES[extension], ...headers });
  response.end(body);
}
