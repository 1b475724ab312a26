import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle'
import type { Locale } from '../api/types'
import type { MessageKey } from './keys.gen'

export type Vars = Record<string, FluentVariable>
export type Translate = (key: MessageKey, vars?: Vars) => string

/** The regional form the product writes in: Hungarian as in Hungary, English as in Britain. */
export const TAGS: Record<Locale, string> = { hu: 'hu-HU', en: 'en-GB' }

const sources: Record<Locale, () => Promise<{ default: string[] }>> = {
  hu: () => import('./hu'),
  en: () => import('./en'),
}

export function makeTranslate(locale: Locale, texts: string[]): Translate {
  // Isolation marks are for mixed writing directions; both languages run left to right.
  const bundle = new FluentBundle(TAGS[locale], { useIsolating: false })
  for (const text of texts) bundle.addResource(new FluentResource(text))
  return (key, vars) => {
    const pattern = bundle.getMessage(key)?.value
    if (!pattern) {
      console.error(`missing text: ${key} (${locale})`)
      return key
    }
    return bundle.formatPattern(pattern, vars)
  }
}

export async function loadLanguage(locale: Locale): Promise<Translate> {
  return makeTranslate(locale, (await sources[locale]()).default)
}

const STORED = 'kapocs.language'

/** Before sign-in: the last choice on this device, else the browser's language. */
export function preferredLocale(): Locale {
  const stored = localStorage.getItem(STORED)
  if (stored === 'hu' || stored === 'en') return stored
  return navigator.languages.find((tag) => /^(hu|en)\b/i.test(tag))?.slice(0, 2).toLowerCase() === 'hu' ? 'hu' : 'en'
}

export function rememberLocale(locale: Locale) {
  localStorage.setItem(STORED, locale)
}
