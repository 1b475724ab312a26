import { createRef, render } from 'preact';
import { brandFrom } from '../colour';
import { asLocale, type Locale, type Setup, type ToApp } from '../protocol';
import { createApi } from './api';
import { App } from './App';
import type { Channel } from './contract';
import { connectHost } from './host';
import { createSession, unread, type State } from './session';
import { createLink } from './socket';
import { chime } from './sound';
import { deviceStore } from './storage';
import { LanguageContext, languageOf } from './texts';
import { lastSeq } from './thread';

const key = location.pathname.split('/').filter(Boolean).at(-1)!;
const base = `/chat/v1/${key}`;
const store = deviceStore(key);
const api = createApi(base);
const session = createSession({
  api,
  store,
  createLink: (events) => createLink(`${location.origin.replace('http', 'ws')}${base}/socket`, events),
});
const host = connectHost(hear);
const title = createRef<HTMLHeadingElement>();
const root = document.getElementById('app')!;
let locale: Locale = asLocale(store.get('locale') ?? navigator.language);
let giveIdentity: ((token: string | null) => void) | undefined;

function draw() {
  api.locale = locale;
  document.documentElement.lang = locale;
  const language = languageOf(locale);
  document.title = language.t.chatTitle;
  render(
    <LanguageContext.Provider value={language}>
      <App {...{ session, api, store, title, framed: host.framed, onLanguage: switchLanguage, onClose }} />
    </LanguageContext.Provider>,
    root,
  );
}

function switchLanguage() {
  locale = locale === 'hu' ? 'en' : 'hu';
  store.set('locale', locale);
  draw();
  host.tell({ kapocs: 'locale', locale });
  session.relocate();
}

function onClose() {
  if (host.framed) host.tell({ kapocs: 'close' });
}

function hear(message: ToApp) {
  if (message.kapocs === 'setup') begin(message);
  if (message.kapocs === 'close') session.close();
  if (message.kapocs === 'locale') {
    locale = message.locale;
    store.set('locale', null);
    draw();
    session.relocate();
  }
  if (message.kapocs === 'open') {
    session.open();
    if (message.focus) title.current?.focus();
  }
  if (message.kapocs === 'identify') {
    if (giveIdentity && message.token) giveIdentity(message.token);
    else session.identify(message.token);
    giveIdentity?.(null);
    giveIdentity = undefined;
  }
}

function begin({ locale: wished, chosen, resume, identity, url, title, referrer }: Setup) {
  locale = chosen ? wished : asLocale(store.get('locale') ?? wished);
  draw();
  const page = { url: url.split('#')[0]!, title };
  session.begin(referrer ? { page, referrer } : { page }, !!resume, identity ? identityInTime() : undefined);
}

/** A page that cannot say in time who is signed in must not keep the chat from starting. */
function identityInTime(): Promise<string | null> {
  return new Promise((resolve) => {
    giveIdentity = resolve;
    setTimeout(() => {
      giveIdentity = undefined;
      resolve(null);
    }, 5000);
  });
}

function paint({ color, position }: Channel) {
  const brand = brandFrom(color);
  const { style } = document.documentElement;
  style.setProperty('--brand-light', brand.light);
  style.setProperty('--brand-dark', brand.dark);
  host.tell({ kapocs: 'look', color: brand.light, side: position === 'left' ? 'left' : 'right' });
}

function follow(state: State, before: State) {
  if (state.channel && state.channel !== before.channel) paint(state.channel);
  if (state.conversation !== before.conversation) host.tell({ kapocs: 'conversation', open: state.conversation });
  if (state.open && document.visibilityState === 'visible') session.markRead();
  const now = session.state;
  if (unread(now) !== unread(before)) host.tell({ kapocs: 'unread', count: unread(now) });
  if (before.loaded && hasNews(state, before) && store.get('sound')) chime();
}

function hasNews({ messages }: State, before: State): boolean {
  return messages.at(-1)?.from === 'agent' && lastSeq(messages) > lastSeq(before.messages);
}

session.subscribe(follow);
if (session.state.channel) paint(session.state.channel);
draw();

addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.isComposing) onClose();
});
addEventListener('online', session.hurry);
addEventListener('storage', (event) => event.key === `kapocs.${key}.read` && session.syncRead());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && session.state.open) session.markRead();
});
// An open socket would keep the host page out of the back/forward cache.
addEventListener('pagehide', session.suspend);
addEventListener('pageshow', (event) => event.persisted && session.resume());

host.tell({ kapocs: 'ready' });
if (!host.framed) {
  session.begin({}, false);
  session.open();
}
