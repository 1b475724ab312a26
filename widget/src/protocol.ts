/** What the loader on the host page and the app in the frame say to each other. */

export type Locale = 'hu' | 'en';
export type Side = 'left' | 'right';

export interface Setup {
  kapocs: 'setup';
  locale: Locale;
  /** The host page named the language itself, so it outranks an earlier choice in the chat. */
  chosen: boolean;
  /** There is an open conversation on this device: connect without being opened. */
  resume: boolean | undefined;
  /** The host page is about to say who is signed in. */
  identity: boolean;
  url: string;
  title: string;
  referrer: string;
}

export type ToApp =
  | Setup
  | { kapocs: 'open'; focus: boolean }
  | { kapocs: 'close' }
  | { kapocs: 'locale'; locale: Locale }
  | { kapocs: 'identify'; token: string | null };

export type ToHost =
  | { kapocs: 'ready' }
  | { kapocs: 'close' }
  | { kapocs: 'unread'; count: number }
  | { kapocs: 'conversation'; open: boolean }
  | { kapocs: 'locale'; locale: Locale }
  | { kapocs: 'look'; color: string; side: Side };

export function asLocale(language: string): Locale {
  return /^hu/i.test(language) ? 'hu' : 'en';
}
