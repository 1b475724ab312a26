import { en, hu } from '../generated/launcher-texts';
import { asLocale, type Locale, type ToApp, type ToHost } from '../protocol';
import { openFrame, type Frame } from './frame';
import { BUBBLE, CHEVRON, draw } from './launcher';
import { recall, remember, type Memory, type Settings } from './settings';

export type Identity = string | null | (() => string | null | Promise<string | null>);

/** The launcher and the panel on the host page: what opens, closes, and moves the focus. */
export function createPanel(settings: Settings) {
  const { host, key } = settings;
  const place = `kapocs.${key}`;
  let memory = recall(place);
  let locale: Locale = memory.locale ?? settings.locale;
  let chosen = false;
  let identity: Identity | undefined;
  let frame: Frame | undefined;
  let ready = false;
  let opened = false;
  let unread = 0;

  const narrow = matchMedia('(max-width: 479.98px)');
  const { root, section, button, shape, badge, news, dialog, words, shut } = draw();

  // Read anew before each change: another tab may have written meanwhile.
  const keep = (change: Memory) => remember(place, (memory = { ...recall(place), ...change }));
  const post = (message: ToApp) => ready && frame!.post(message);

  function render() {
    const t = locale === 'hu' ? hu : en;
    const color = settings.color ?? memory.color;
    const name = unread ? t.nameUnread({ count: unread }) : t.name;
    section.lang = locale;
    section.className = settings.side ?? memory.side ?? '';
    section.setAttribute('aria-label', t.name);
    dialog.setAttribute('aria-label', t.name);
    button.setAttribute('aria-label', name);
    button.setAttribute('aria-expanded', `${opened}`);
    shape.setAttribute('d', opened ? CHEVRON : BUBBLE);
    if (color) button.style.setProperty('--brand', color);
    badge.hidden = !unread;
    badge.textContent = `${unread}`;
    words.textContent = t.loading;
    shut.textContent = t.close;
    if (frame) frame.element.title = t.name;
    return name;
  }

  function load() {
    if (frame) return;
    frame = openFrame(dialog, host, key, hear);
    render();
  }

  function greet() {
    ready = true;
    frame!.element.hidden = false;
    post({
      kapocs: 'setup',
      locale,
      chosen,
      resume: memory.open,
      identity: identity !== undefined,
      url: location.href,
      title: document.title,
      referrer: document.referrer,
    });
    identify();
    if (opened) enter(root.activeElement === shut);
    words.hidden = shut.hidden = true;
  }

  function enter(focus: boolean) {
    if (focus) frame!.element.focus();
    post({ kapocs: 'open', focus });
  }

  function show() {
    if (narrow.matches) dialog.showModal();
    // Unlike show(), the attribute leaves the focus where it is.
    else dialog.open = true;
  }

  /** `asked`: a person pressed something just now; only then may the focus move or a small screen be covered. */
  function open(asked: boolean) {
    if (opened || (narrow.matches && !asked)) return;
    load();
    opened = true;
    render();
    show();
    if (ready) enter(asked);
    else if (asked) shut.focus();
  }

  function close() {
    if (!opened) return;
    const focusInside = root.activeElement;
    opened = false;
    dialog.close();
    render();
    post({ kapocs: 'close' });
    if (focusInside) button.focus();
    if (!ready) {
      // It never answered: the next opening tries anew.
      frame!.element.remove();
      frame = undefined;
    }
  }

  function hear(message: ToHost) {
    const { kapocs } = message;
    if (kapocs === 'ready') greet();
    if (kapocs === 'close') close();
    if (kapocs === 'conversation') keep({ open: message.open });
    if (kapocs === 'look') keep({ color: message.color, side: message.side });
    if (kapocs === 'locale') keep({ locale: (locale = message.locale) });
    const before = unread;
    if (kapocs === 'unread') unread = message.count;
    const name = render();
    if (unread > before && !opened) news.textContent = name;
  }

  function identify() {
    if (identity === undefined) return;
    void Promise.resolve(typeof identity === 'function' ? identity() : identity)
      .then((token) => post({ kapocs: 'identify', token }));
  }

  button.onclick = () => (opened ? close() : open(true));
  button.onpointerenter = button.onfocus = load;
  section.onkeydown = (event) => {
    if (event.key === 'Escape') close();
  };
  shut.onclick = close;
  // The system's own way of closing a modal: the back gesture.
  dialog.onclose = () => dialog.open || close();
  narrow.onchange = () => {
    if (!opened) return;
    dialog.close();
    show();
  };
  // The on-screen keyboard shrinks only the visual viewport; the composer must stay above it.
  visualViewport?.addEventListener('resize', () => dialog.style.setProperty('--height', `${visualViewport!.height}px`));

  render();
  if (memory.open) load();

  return {
    open,
    close,
    identify(value: Identity) {
      identity = value;
      if (ready) identify();
    },
    locale(value: string) {
      locale = asLocale(value);
      chosen = true;
      keep({ locale: undefined });
      render();
      post({ kapocs: 'locale', locale });
    },
  };
}
