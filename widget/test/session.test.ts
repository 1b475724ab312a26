import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../src/app/api';
import { unread } from '../src/app/session';
import { fakeServer, memoryStore, message, openChat, pass, settle } from './fakes';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('nothing connects until the chat is opened', async () => {
  const { server, link, session } = openChat();
  session.begin({}, false);
  await pass(60_000);
  expect(server.calls).toEqual([]);
  expect(link.wanted).toBe(false);
});

test('an open conversation connects by itself', async () => {
  const { link, session, texts, server } = openChat();
  server.messages.push(message(1));
  session.begin({}, true);
  await settle();
  expect(link.wanted).toBe(true);
  expect(texts()).toEqual(['text 1']);
});

test('closing without a conversation disconnects', async () => {
  const { link, session } = openChat();
  session.open();
  await settle();
  expect(link.wanted).toBe(true);
  session.close();
  expect(link.wanted).toBe(false);
});

test('a message written before the server answers is sent once it does', async () => {
  const { server, session, texts } = openChat();
  server.reachable = false;
  session.open();
  session.send('Jó napot!', []);
  await settle();
  expect(session.state.outgoing).toHaveLength(1);
  server.reachable = true;
  await pass(10_000);
  expect(texts()).toEqual(['Jó napot!']);
  expect(session.state.outgoing).toEqual([]);
});

test('messages written offline survive a reload and are sent once, in order', async () => {
  const kept = new Map<string, string>();
  const server = fakeServer();
  const before = openChat(server, memoryStore(kept));
  before.session.open();
  await settle();
  server.reachable = false;
  before.session.send('első', []);
  await pass(5);
  before.session.send('második', []);
  await pass(5);
  before.session.suspend();

  server.reachable = true;
  const after = openChat(server, memoryStore(kept));
  after.session.open();
  await pass(60_000);
  expect(server.messages.map(({ text }) => text)).toEqual(['első', 'második']);
  expect(after.session.state.outgoing).toEqual([]);
});

test('an answer missed on a dead line is asked for, though a later message of one’s own is known', async () => {
  const { server, link, session, texts } = openChat();
  session.open();
  await settle();
  server.messages.push(message(1));
  session.send('Halló?', []);
  await settle();
  expect(server.messages).toHaveLength(2);
  link.up(2);
  await settle();
  expect(texts()).toEqual(['text 1', 'Halló?']);
});

test('a message whose acknowledgement was lost is delivered once', async () => {
  const { server, session, texts } = openChat();
  session.open();
  await settle();
  server.swallow = true;
  session.send('Van készleten?', []);
  await settle();
  expect(session.state.outgoing[0]!.state).toBe('waiting');
  server.swallow = false;
  await pass(60_000);
  expect(server.messages).toHaveLength(1);
  expect(texts()).toEqual(['Van készleten?']);
  expect(session.state.outgoing).toEqual([]);
});

test('a socket that does not acknowledge is followed by HTTP with the same id', async () => {
  const { server, link, session, texts } = openChat();
  session.open();
  await settle();
  link.up(0);
  session.send('Halló?', []);
  await settle();
  expect(link.sent.at(-1)).toMatchObject({ type: 'message', text: 'Halló?' });
  await pass(9000);
  expect(server.calls).toContain('send Halló?');
  expect(texts()).toEqual(['Halló?']);
});

test('the echo on the socket acknowledges the message', async () => {
  const { server, link, session } = openChat();
  session.open();
  await settle();
  link.up(0);
  session.send('Halló?', []);
  await settle();
  const sent = link.sent.at(-1) as unknown as { client_id: string; text: string };
  link.hear({ type: 'message', message: server.take(sent) });
  await pass(60_000);
  expect(session.state.outgoing).toEqual([]);
  expect(server.calls).not.toContain('send Halló?');
});

test('after a gap only the missing messages are asked for, and none is shown twice', async () => {
  const { server, link, session, texts } = openChat();
  server.messages.push(message(1), message(2));
  session.open();
  await settle();
  link.up(2);
  link.break();
  server.messages.push(message(3), message(4));
  link.up(4);
  link.hear({ type: 'message', message: message(4) });
  await settle();
  expect(texts()).toEqual(['text 1', 'text 2', 'text 3', 'text 4']);
  expect(server.calls.filter((call) => call === 'messages since 0')).toHaveLength(1);
});

test('messages that arrive out of order are shown in order', async () => {
  const { link, session, texts } = openChat();
  session.open();
  await settle();
  link.up(0);
  for (const seq of [3, 1, 2, 3]) link.hear({ type: 'message', message: message(seq) });
  expect(texts()).toEqual(['text 1', 'text 2', 'text 3']);
});

test('without a socket answers still come by HTTP at each turn of the back-off', async () => {
  const { server, link, session, texts } = openChat();
  session.open();
  await settle();
  server.messages.push(message(1));
  link.break();
  await settle();
  expect(texts()).toEqual(['text 1']);
  expect(session.state.connected).toBe(true);
});

test('a refused message says why and is not tried again by itself', async () => {
  const { server, session } = openChat();
  session.open();
  await settle();
  server.refusal = new Failure(400, 'Ez a szöveg túl hosszú.');
  session.send('…', []);
  await pass(60_000);
  expect(session.state.outgoing[0]).toMatchObject({ state: 'failed', reason: 'Ez a szöveg túl hosszú.' });
  expect(server.calls.filter((call) => call.startsWith('send'))).toHaveLength(1);

  server.refusal = null;
  session.retry(session.state.outgoing[0]!.client_id);
  await settle();
  expect(server.messages).toHaveLength(1);
});

test('a server in trouble is asked once more, then the visitor decides', async () => {
  const { server, session } = openChat();
  session.open();
  await settle();
  server.refusal = new Failure(503);
  session.send('…', []);
  await pass(60_000);
  expect(server.calls.filter((call) => call.startsWith('send'))).toHaveLength(2);
  expect(session.state.outgoing[0]!.state).toBe('failed');
});

test('a refused message does not hold up the ones after it', async () => {
  const { server, session, texts } = openChat();
  session.open();
  await settle();
  server.refusal = new Failure(400);
  session.send('rossz', []);
  await settle();
  server.refusal = null;
  session.send('jó', []);
  await settle();
  expect(texts()).toEqual(['jó']);
});

test('history is not news, an answer is, and reading it ends that', async () => {
  const { server, link, session } = openChat();
  server.messages.push(message(1));
  session.begin({}, true);
  await settle();
  link.up(1);
  expect(unread(session.state)).toBe(0);
  link.hear({ type: 'message', message: message(2) });
  expect(unread(session.state)).toBe(1);
  session.markRead();
  expect(unread(session.state)).toBe(0);
  expect(link.sent.at(-1)).toEqual({ type: 'read', seq: 2 });
});

test('an expired identity does not keep anyone from chatting', async () => {
  const { server, session } = openChat();
  server.identityRefused = true;
  session.begin({}, false, Promise.resolve('expired'));
  session.open();
  await settle();
  expect(server.calls.slice(0, 2)).toEqual(['visitor as expired', 'visitor']);
  expect(session.state.stage).toBe('ready');
});

test('signing out leaves nothing of the conversation on the device', async () => {
  const { server, store, session } = openChat();
  server.messages.push(message(1));
  session.begin({}, true);
  await settle();
  session.send('titok', []);
  session.identify(null);
  expect(session.state.messages).toEqual([]);
  expect(session.state.outgoing).toEqual([]);
  expect(store.names().filter((name) => name !== 'channel')).toEqual([]);
});

test('what one signed-in person left unsent is never sent as another', async () => {
  const kept = new Map([['verified', '1'], ['visitor', 'visitor-0']]);
  const entry = { client_id: 'c1', text: 'titok', attachments: [], at: '2026-11-21T09:00:00Z', state: 'waiting', reason: '', tries: 0 };
  kept.set('out.c1', JSON.stringify(entry));
  const { server, session } = openChat(fakeServer(), memoryStore(kept));
  session.open();
  await pass(60_000);
  expect(server.messages).toEqual([]);
  expect(session.state.outgoing).toEqual([]);
});

test('a typing notice that is never taken back lapses', async () => {
  const { link, session } = openChat();
  session.open();
  await settle();
  link.hear({ type: 'typing', on: true, name: 'Szűcs Kata' });
  expect(session.state.typing).toBe('Szűcs Kata');
  await pass(11_000);
  expect(session.state.typing).toBe(null);
});
