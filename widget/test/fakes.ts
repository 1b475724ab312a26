import { vi } from 'vitest';
import { Failure, type Api } from '../src/app/api';
import type { ChatMessage, FromServer, NewMessage, ToServer, Visitor } from '../src/app/contract';
import { createSession } from '../src/app/session';
import type { Link, SocketEvents } from '../src/app/socket';
import type { Store } from '../src/app/storage';

export function memoryStore(kept = new Map<string, string>()): Store {
  return {
    get: (name) => kept.get(name) ?? null,
    set: (name, value) => void (value === null ? kept.delete(name) : kept.set(name, value)),
    names: () => [...kept.keys()],
  };
}

export function message(seq: number, more: Partial<ChatMessage> = {}): ChatMessage {
  const at = new Date(Date.UTC(2026, 10, 21, 9, seq)).toISOString();
  return { id: `m${seq}`, seq, client_id: null, from: 'agent', author: 'Szűcs Kata', text: `text ${seq}`, at, attachments: [], ...more };
}

/** A server that keeps what it is told, knows a message by its client id, and can be cut off. */
export function fakeServer() {
  const server = {
    messages: [] as ChatMessage[],
    reachable: true,
    /** The request arrives, the answer does not. */
    swallow: false,
    refusal: null as Failure | null,
    visitorId: 'visitor-1',
    identityRefused: false,
    calls: [] as string[],
    take({ client_id, text }: NewMessage): ChatMessage {
      const known = server.messages.find((one) => one.client_id === client_id);
      if (known) return known;
      const taken = message(server.messages.length + 1, { client_id, text, from: 'visitor', author: null });
      server.messages.push(taken);
      return taken;
    },
  };

  async function reach<T>(name: string, answer: () => T): Promise<T> {
    server.calls.push(name);
    if (!server.reachable) throw new Failure(0);
    return answer();
  }

  const visitor = (): Visitor => ({
    token: `token of ${server.visitorId}`,
    visitor_id: server.visitorId,
    locale: 'hu',
    channel: {
      name: 'Cserép & Társa',
      greeting: { hu: 'Jó napot!', en: 'Good day.' },
      reply_time: { hu: '', en: '' },
      color: '#0b6a5d',
      position: 'right',
      ask_email: 'offer',
    },
    person: { name: null, email: null, verified: false },
    conversation: server.messages.length ? { last_seq: server.messages.at(-1)!.seq, open: true } : null,
    online: true,
  });

  const api: Api = {
    token: null,
    locale: 'hu',
    visitor: (request) =>
      reach(`visitor${request.identity ? ` as ${request.identity}` : ''}`, () => {
        if (request.identity && server.identityRefused) throw new Failure(401);
        return visitor();
      }),
    messages: (since) => reach(`messages since ${since}`, () => server.messages.filter(({ seq }) => seq > since)),
    send: (wanted) =>
      reach(`send ${wanted.text}`, () => {
        if (server.refusal) throw server.refusal;
        const taken = server.take(wanted);
        if (server.swallow) throw new Failure(0);
        return taken;
      }),
    email: () => reach('email', () => undefined),
    upload: () => ({ done: new Promise(() => undefined), cancel: () => undefined }),
  };
  return Object.assign(server, { api });
}

/** A connection in the test's hand. */
export function fakeLink() {
  const link = {
    wanted: false,
    connected: false,
    sent: [] as ToServer[],
    events: null as unknown as SocketEvents,
    hear: (heard: FromServer) => link.events.hear(heard),
    up(last_seq: number) {
      link.connected = true;
      link.hear({ type: 'hello', last_seq, online: true });
    },
    break() {
      link.connected = false;
      link.events.down();
    },
    create(events: SocketEvents): Link {
      link.events = events;
      return {
        get up() {
          return link.connected;
        },
        open: () => void (link.wanted = true),
        close: () => void (link.wanted = link.connected = false),
        hurry: () => undefined,
        send: (told) => link.connected && link.sent.push(told) > 0,
      };
    },
  };
  return link;
}

export function openChat(server = fakeServer(), store = memoryStore()) {
  const link = fakeLink();
  const session = createSession({ api: server.api, store, createLink: link.create });
  const texts = () => session.state.messages.map(({ text }) => text);
  return { server, store, link, session, texts };
}

/** Lets everything that can happen without time passing happen. */
export const settle = () => vi.advanceTimersByTimeAsync(0);
export const pass = (time: number) => vi.advanceTimersByTimeAsync(time);
