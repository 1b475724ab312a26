import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backOff } from '../src/app/backoff';
import { createLink } from '../src/app/socket';

class FakeSocket {
  static all: FakeSocket[] = [];
  static readonly OPEN = 1;
  readyState = 1;
  sent: string[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: () => void;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.readyState = 3;
  }
}

const latest = () => FakeSocket.all.at(-1)!;

function open() {
  const down = vi.fn();
  const hear = vi.fn();
  const link = createLink('ws://test', { hello: () => ({ type: 'hello', token: 't', since: 7 }), hear, down });
  link.open();
  return { link, down, hear };
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  vi.stubGlobal('WebSocket', FakeSocket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a new connection resumes from the last number seen', () => {
  open();
  latest().onopen!();
  expect(JSON.parse(latest().sent[0]!)).toEqual({ type: 'hello', token: 't', since: 7 });
});

test('nothing is sent before the server has said hello', () => {
  const { link } = open();
  expect(link.send({ type: 'typing', on: true })).toBe(false);
  latest().onmessage!({ data: '{"type":"hello","last_seq":0,"online":true}' });
  expect(link.send({ type: 'typing', on: true })).toBe(true);
});

test('a missing frame means coming back, and one that comes twice is heard once', () => {
  const { hear, down } = open();
  const say = (n: number, type = 'message') => latest().onmessage!({ data: JSON.stringify({ type, n }) });
  say(1, 'hello');
  say(2);
  say(2);
  expect(hear).toHaveBeenCalledTimes(2);
  say(4);
  expect(hear).toHaveBeenCalledTimes(2);
  expect(down).toHaveBeenCalledTimes(1);
});

test('a broken connection is made again, after ever longer waits', () => {
  const { down } = open();
  const waits: number[] = [];
  for (let i = 0; i < 6; i++) {
    latest().onclose!();
    const before = FakeSocket.all.length;
    const start = Date.now();
    while (FakeSocket.all.length === before) vi.advanceTimersByTime(100);
    waits.push(Date.now() - start);
  }
  expect(down).toHaveBeenCalledTimes(6);
  expect(waits[5]).toBeGreaterThan(waits[0]! * 4);
  expect(Math.max(...waits)).toBeLessThanOrEqual(30_100);
});

test('a connection that falls silent is given up', () => {
  const { down } = open();
  latest().onmessage!({ data: '{"type":"hello","last_seq":0,"online":true}' });
  vi.advanceTimersByTime(15_000);
  latest().onmessage!({ data: '{"type":"ping"}' });
  vi.advanceTimersByTime(15_000);
  expect(down).not.toHaveBeenCalled();
  vi.advanceTimersByTime(20_000);
  expect(down).toHaveBeenCalledOnce();
});

test('a closed link stays closed', () => {
  const { link } = open();
  link.close();
  vi.advanceTimersByTime(120_000);
  expect(FakeSocket.all).toHaveLength(1);
});

test('visitors do not all return at the same moment', () => {
  expect(backOff(3, () => 0)).toBe(4000);
  expect(backOff(3, () => 1)).toBe(8000);
  expect(backOff(30, () => 1)).toBe(30_000);
});
