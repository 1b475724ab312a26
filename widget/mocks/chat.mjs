// The visitor's side of the chat contract over a small in-memory state, for development and the end-to-end checks.
import { randomUUID } from 'node:crypto';
import { WebSocketServer } from 'ws';

const CHANNEL = {
  name: 'Cserép & Társa',
  greeting: {
    hu: 'Jó napot kívánunk! Miben segíthetünk?',
    en: 'Good day. How can we help you?',
  },
  reply_time: {
    hu: 'Általában 10 percen belül válaszolunk',
    en: 'We usually reply within 10 minutes',
  },
  color: '#0b6a5d',
  position: 'right',
  ask_email: 'offer',
};

export function createChat() {
  const visitors = new Map();
  const chat = {
    channel: { ...CHANNEL },
    online: true,
    /** How the next messages fare: 'take', 'refuse', or 'swallow' (kept, but the answer never arrives). */
    mode: 'take',
    /** false: connections are cut, as when the network is gone. */
    reachable: true,
    uploadLimit: 25 * 1024 * 1024,
    requests: [],
    visitors,
    last: () => [...visitors.values()].at(-1),
    agentSays: (text, more = {}) => add(chat.last(), { from: 'agent', author: 'Szűcs Kata', text, ...more }),
    agentTypes: (on) => tell(chat.last(), { type: 'typing', on, name: 'Szűcs Kata' }),
    agentReads: (seq) => tell(chat.last(), { type: 'read', seq }),
    dropSockets() {
      for (const visitor of visitors.values()) for (const socket of visitor.sockets) socket.terminate();
    },
  };

  function welcome({ token, identity }) {
    let visitor = token && visitors.get(token);
    if (!visitor) {
      visitor = { token: randomUUID(), id: randomUUID(), messages: [], sockets: new Set(), person: { name: null, email: null, verified: false }, read: 0 };
      visitors.set(visitor.token, visitor);
    }
    if (identity) {
      if (!identity.startsWith('good')) return null;
      visitor.person = { name: 'Kerekes Anna', email: 'anna@example.com', verified: true };
    }
    return visitor;
  }

  function add(visitor, fields) {
    const known = fields.client_id && visitor.messages.find((one) => one.client_id === fields.client_id);
    if (known) return known;
    const message = {
      id: randomUUID(),
      seq: visitor.messages.length + 1,
      client_id: null,
      author: null,
      at: new Date().toISOString(),
      attachments: [],
      ...fields,
    };
    visitor.messages.push(message);
    tell(visitor, { type: 'message', message });
    return message;
  }

  function tell(visitor, message) {
    for (const socket of visitor.sockets) socket.send(JSON.stringify(message));
  }

  function receive(visitor, { client_id, text, attachments = [] }) {
    const files = attachments.map((id) => visitor.files.get(id));
    return add(visitor, { from: 'visitor', client_id, text, attachments: files });
  }

  async function handle(request, response, path) {
    chat.requests.push(`${request.method} ${path}`);
    if (!chat.reachable) return request.socket.destroy();
    const body = await read(request);
    const answer = (status, value) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(value === undefined ? '' : JSON.stringify(value));
    };
    const refuse = (status, code, message) => answer(status, { error: { code, message, request_id: 'r' } });
    const token = request.headers.authorization?.slice(7);

    if (path === 'visitor') {
      const visitor = welcome(JSON.parse(body));
      if (!visitor) return refuse(401, 'invalid_token', 'This token is not valid or has expired.');
      chat.lastRequest = JSON.parse(body);
      const { messages, person } = visitor;
      return answer(200, {
        token: visitor.token,
        visitor_id: visitor.id,
        locale: JSON.parse(body).locale,
        channel: chat.channel,
        person,
        conversation: messages.length ? { last_seq: messages.length, open: true } : null,
        online: chat.online,
      });
    }
    const visitor = visitors.get(token);
    if (!visitor) return refuse(401, 'unauthenticated', 'Sign in to continue.');
    if (path.startsWith('messages') && request.method === 'GET') {
      const since = Number(new URLSearchParams(path.split('?')[1]).get('since'));
      return answer(200, { items: visitor.messages.filter((message) => message.seq > since) });
    }
    if (path === 'messages') {
      if (chat.mode === 'refuse') return refuse(400, 'too_long', 'This text is too long.');
      const message = receive(visitor, JSON.parse(body));
      return chat.mode === 'swallow' ? request.socket.destroy() : answer(200, message);
    }
    if (path === 'email') {
      Object.assign(visitor.person, JSON.parse(body));
      return answer(204);
    }
    if (path === 'attachments') {
      if (body.length > chat.uploadLimit) return refuse(413, 'too_large', 'This is larger than allowed.');
      const name = /filename="([^"]*)"/.exec(body.toString('latin1'))?.[1] ?? 'file';
      const type = /Content-Type: (\S+)/.exec(body.toString('latin1'))?.[1] ?? 'application/octet-stream';
      const file = { id: randomUUID(), name: Buffer.from(name, 'latin1').toString(), media_type: type, size: body.length, url: '/content/sample.png' };
      (visitor.files ??= new Map()).set(file.id, file);
      return answer(200, file);
    }
    refuse(404, 'not_found', 'There is no such thing here.');
  }

  const sockets = new WebSocketServer({ noServer: true });
  function upgrade(request, connection, head) {
    chat.requests.push('socket');
    if (!chat.reachable) return connection.destroy();
    sockets.handleUpgrade(request, connection, head, (socket) => {
      let visitor;
      socket.on('close', () => visitor?.sockets.delete(socket));
      socket.on('message', (data) => {
        const message = JSON.parse(data);
        if (message.type === 'hello') {
          visitor = visitors.get(message.token);
          if (!visitor) return socket.close();
          visitor.sockets.add(socket);
          socket.send(JSON.stringify({ type: 'hello', last_seq: visitor.messages.length, online: chat.online }));
        }
        if (message.type === 'typing') visitor.typing = message.on;
        if (message.type === 'read') visitor.read = message.seq;
        if (message.type === 'message') hear(visitor, message, socket);
      });
    });
  }

  function hear(visitor, message, socket) {
    if (chat.mode === 'refuse') {
      const { client_id } = message;
      return socket.send(JSON.stringify({ type: 'error', code: 'too_long', message: 'This text is too long.', client_id }));
    }
    if (chat.mode === 'swallow') visitor.sockets.delete(socket);
    receive(visitor, message);
    if (chat.mode === 'swallow') socket.terminate();
  }

  return Object.assign(chat, { handle, upgrade });
}

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}
