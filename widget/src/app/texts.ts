import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { en, hu } from '../generated/app-texts';
import type { Locale } from '../protocol';

export type Texts = typeof hu;

export interface Language {
  locale: Locale;
  t: Texts;
}

export function languageOf(locale: Locale): Language {
  return { locale, t: locale === 'hu' ? hu : en };
}

export const LanguageContext = createContext<Language>(languageOf('en'));

export const useLanguage = () => useContext(LanguageContext);
