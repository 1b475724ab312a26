import { asLocale, type Locale, type Side } from '../protocol';

export interface Settings {
  host: string;
  key: string;
  locale: Locale;
  color: string | undefined;
  side: Side | undefined;
}

/** What this device remembers about the chat, on the host page's side. Never a token. */
export interface Memory {
  open?: boolean;
  locale?: Locale | undefined;
  color?: string;
  side?: Side;
}

export function readSettings(script: HTMLScriptElement): Settings {
  const { channel, lang, color, position } = script.dataset;
  return {
    host: new URL(script.src).origin,
    key: channel!,
    locale: asLocale(lang || document.documentElement.lang || navigator.language),
    color,
    side: position as Side | undefined,
  };
}

export function recall(key: string): Memory {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') as Memory;
  } catch {
    return {};
  }
}

export function remember(key: string, memory: Memory): void {
  try {
    localStorage.setItem(key, JSON.stringify(memory));
  } catch {
    // Storage may be full or forbidden; the chat works without it.
  }
}
