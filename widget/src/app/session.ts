import { Failure, type Api } from './api';
import { backOff } from './backoff';
import type { Attachment, Channel, ChatMessage, FromServer, Person, Visitor } from './contract';
import { createDelivery } from './delivery';
import { Outbox, type Outgoing } from './outbox';
import type { Link, SocketEvents } from './socket';
import type { Store } from './storage';
import { lastSeq, unreadCount, upsert } from './thread';

export interface State {
  stage: 'idle' | 'starting' | 'ready' | 'unavailable';
  open: boolean;
  /** This visitor has an open conversation: stay connected even when closed. */
  conversation: boolean;
  /** false only after a failed try, so that a slow start is not called an outage. */
  connected: boolean;
  loaded: boolean;
  channel: Channel | null;
  person: Person | null;
  online: boolean;
  messages: ChatMessage[];
  outgoing: Outgoing[];
  /** Someone is typing: the name, or '' when it is not known. */
  typing: string | null;
  seen: number;
  read: number;
  /** Grows with each refused message; drives the assertive announcement. */
  refusals: number;
  /** Grows when this device is to forget what was written on it. */
  forgotten: number;
}

export interface Context {
  page?: { url: string; title: string };
  referrer?: string;
}

export interface Session {
  readonly state: State;
  subscribe(listener: (state: State, before: State) => void): () => void;
  begin(context: Context, resume: boolean, identity?: Promise<string | null>): void;
  open(): void;
  close(): void;
  send(text: string, attachments: Attachment[]): void;
  retry(client_id: string): void;
  discard(client_id: string): void;
  typing(on: boolean): void;
  markRead(): void;
  /** Another tab of the same site may have read on. */
  syncRead(): void;
  saveEmail(email: string, name: string): Promise<void>;
  identify(identity: string | null): void;
  hurry(): void;
  suspend(): void;
  resume(): void;
  relocate(): void;
}

const TYPING_LAPSES = 10_000;
/** As many as the server gives at once. */
const PART = 200;

export interface Parts {
  api: Api;
  store: Store;
  createLink(events: SocketEvents): Link;
}

export function createSession({ api, store, createLink }: Parts): Session {
  const listeners = new Set<(state: State, before: State) => void>();
  let context: Context = {};
  let identity: string | null = null;
  let identityComing: Promise<unknown> = Promise.resolve();
  let starting = false;
  let startAgain = false;
  let failures = 0;
  let again: ReturnType<typeof setTimeout> | undefined;
  let typingEnds: ReturnType<typeof setTimeout> | undefined;
  let writing = false;
  /** Everything up to this number is here. One's own messages, answered by HTTP, may be further. */
  let complete = 0;

  const outbox = new Outbox(store, () => set({ outgoing: outbox.entries }));
  const link = createLink({
    hello: () => (api.token ? { type: 'hello', token: api.token, since: complete } : null),
    hear,
    down: () => void linkDown(),
  });
  const delivery = createDelivery({
    api,
    link,
    outbox,
    accept: (message) => accept([message]),
    refused: () => set({ refusals: state.refusals + 1 }),
    unknownVisitor: () => void start(),
  });

  let state: State = {
    stage: 'idle',
    open: false,
    conversation: false,
    connected: true,
    loaded: false,
    channel: remembered<Channel>('channel'),
    person: null,
    online: true,
    messages: [],
    outgoing: outbox.entries,
    typing: null,
    seen: 0,
    read: Number(store.get('read') ?? -1),
    refusals: 0,
    forgotten: 0,
  };
  api.token = store.get('token');

  function set(patch: Partial<State>) {
    const before = state;
    state = { ...state, ...patch };
    for (const listener of listeners) listener(state, before);
  }

  function remembered<T>(name: string): T | null {
    return JSON.parse(store.get(name) ?? 'null') as T | null;
  }

  const wanted = () => state.open || state.conversation;

  async function bring() {
    if (state.stage === 'ready') {
      link.open();
      void delivery.flush();
    } else await start();
  }

  async function start() {
    if (state.stage === 'unavailable') return;
    startAgain = starting;
    if (starting) return;
    starting = true;
    clearTimeout(again);
    link.close();
    set({ stage: 'starting' });
    await identityComing;
    try {
      await welcome(await askVisitor());
      failures = 0;
    } catch (problem) {
      notStarted(problem as Failure);
    }
    starting = false;
    if (startAgain) await start();
    else if (state.stage === 'ready' && wanted()) await bring();
  }

  async function askVisitor(): Promise<Visitor> {
    const request = { locale: api.locale, ...context, ...(api.token && { token: api.token }) };
    try {
      return await api.visitor(identity ? { ...request, identity } : request);
    } catch (problem) {
      if ((problem as Failure).status !== 401) throw problem;
      // An expired identity must not keep anyone from chatting; a token the server forgot is given up.
      if (!identity) api.token = null;
      identity = null;
      const { token: _, ...anonymous } = request;
      return api.visitor(api.token ? { ...anonymous, token: api.token } : anonymous);
    }
  }

  async function welcome(visitor: Visitor) {
    if (store.get('visitor') !== visitor.visitor_id) becomeOther(visitor);
    api.token = visitor.token;
    store.set('token', visitor.token);
    store.set('verified', visitor.person.verified ? '1' : null);
    store.set('channel', JSON.stringify(visitor.channel));
    const { channel, person, online } = visitor;
    const conversation = visitor.conversation?.open ?? false;
    set({ stage: 'ready', connected: true, conversation, channel, person, online });
    await catchUp(visitor.conversation?.last_seq ?? 0);
  }

  /** Another person on the same device: nothing of the one before may be shown or sent. */
  function becomeOther(visitor: Visitor) {
    if (store.get('verified')) {
      outbox.clear();
      set({ forgotten: state.forgotten + 1 });
    }
    store.set('visitor', visitor.visitor_id);
    store.set('read', null);
    complete = 0;
    set({ messages: [], loaded: false, read: -1, seen: 0 });
  }

  function notStarted({ status }: Failure) {
    if (status === 404 || status === 410) return set({ stage: 'unavailable' });
    set({ stage: 'idle', connected: status !== 0 && state.connected });
    again = setTimeout(() => wanted() && void start(), backOff(failures++));
  }

  async function catchUp(newest: number) {
    // A server that counts from the start again has a new conversation for us.
    if (newest && newest < complete) {
      complete = 0;
      set({ messages: [] });
    }
    if (newest > complete) await readOn();
    set({ loaded: true });
    // What this device sees for the first time is history, not news.
    if (state.read < 0) keepRead();
  }

  async function readOn() {
    let part: ChatMessage[];
    do {
      part = await api.messages(complete);
      follow(part);
    } while (part.length === PART);
  }

  /** Of what comes in order, without a gap after what is here. */
  function follow(arrived: ChatMessage[]) {
    complete = Math.max(complete, lastSeq(arrived));
    accept(arrived);
  }

  function keepRead() {
    const read = lastSeq(state.messages);
    store.set('read', String(read));
    set({ read });
  }

  function accept(arrived: ChatMessage[]) {
    set({ messages: upsert(state.messages, arrived) });
    for (const { client_id, from } of arrived) {
      if (from === 'agent') set({ typing: null });
      if (from === 'visitor' && !state.conversation) set({ conversation: true });
      if (!client_id) continue;
      outbox.remove(client_id);
      delivery.acknowledged(client_id);
    }
  }

  function hear(message: FromServer) {
    if (message.type === 'hello') void linkUp(message.last_seq, message.online);
    if (message.type === 'message') follow([message.message]);
    if (message.type === 'read') set({ seen: Math.max(state.seen, message.seq) });
    if (message.type === 'error' && message.client_id) delivery.refused(message.client_id, message.message);
    if (message.type === 'typing') {
      clearTimeout(typingEnds);
      set({ typing: message.on ? (message.name ?? '') : null });
      typingEnds = setTimeout(() => set({ typing: null }), TYPING_LAPSES);
    }
  }

  async function linkUp(newest: number, online: boolean) {
    set({ connected: true, online });
    if (writing) link.send({ type: 'typing', on: true });
    await catchUp(newest).catch(() => undefined);
    void delivery.flush();
  }

  /** Where sockets are blocked, each turn of the back-off asks once by HTTP, so the chat still works. */
  async function linkDown() {
    set({ typing: null });
    delivery.lineLost();
    try {
      await readOn();
      set({ connected: true });
      void delivery.flush();
    } catch (problem) {
      if ((problem as Failure).status === 401) void start();
      else set({ connected: false });
    }
  }

  function forget() {
    link.close();
    for (const name of ['token', 'visitor', 'verified', 'read']) store.set(name, null);
    outbox.clear();
    api.token = identity = null;
    complete = 0;
    set({ stage: 'idle', forgotten: state.forgotten + 1, conversation: false, messages: [], person: null, loaded: false, read: -1 });
  }

  return {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    begin(newContext, resume, coming) {
      context = newContext;
      set({ conversation: resume });
      if (coming) identityComing = coming.then((token) => (identity = token), () => undefined);
      if (wanted()) void bring();
    },
    open() {
      set({ open: true });
      void bring();
    },
    close() {
      set({ open: false });
      if (!wanted()) link.close();
    },
    send(text, attachments) {
      outbox.add(text, attachments);
      void bring();
    },
    retry(client_id) {
      outbox.change(client_id, { state: 'waiting', reason: '' });
      void bring();
    },
    discard: (client_id) => void outbox.remove(client_id),
    typing(on) {
      writing = on;
      link.send({ type: 'typing', on });
    },
    markRead() {
      if (!state.loaded || lastSeq(state.messages) <= state.read) return;
      keepRead();
      link.send({ type: 'read', seq: state.read });
    },
    syncRead: () => set({ read: Number(store.get('read') ?? -1) }),
    async saveEmail(email, name) {
      await api.email(email, name);
      set({ person: { name: name || state.person?.name || null, email, verified: false } });
    },
    identify(token) {
      if (token === null) forget();
      else identity = token;
      if (state.stage === 'ready' || wanted()) void start();
    },
    hurry() {
      if (!wanted()) return;
      link.hurry();
      void bring();
    },
    suspend: () => link.close(),
    resume: () => void (wanted() && bring()),
    relocate() {
      if (state.stage === 'ready') void start();
    },
  };
}

export function unread(state: State): number {
  return state.read < 0 ? 0 : unreadCount(state.messages, state.read);
}
