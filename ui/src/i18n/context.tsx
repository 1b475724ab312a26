import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { I18nProvider as AriaLanguage } from 'react-aria-components'
import { setClientLanguage } from '../api/client'
import type { Locale } from '../api/types'
import { makeFormat, type Format } from './format'
import { loadLanguage, rememberLocale, TAGS, type Translate } from './language'

interface Language {
  locale: Locale
  t: Translate
  format: Format
  timeZone: string
  setLocale: (locale: Locale) => void
  setTimeZone: (zone: string) => void
}

const Context = createContext<Language | null>(null)

export function useI18n(): Language {
  const value = use(Context)
  if (!value) throw new Error('useI18n outside LanguageProvider')
  return value
}

export const deviceTimeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

interface Props { initial: { locale: Locale; t: Translate }; children: ReactNode }

export function LanguageProvider({ initial, children }: Props) {
  const [current, setCurrent] = useState(initial)
  const [timeZone, setTimeZone] = useState(deviceTimeZone)

  useEffect(() => {
    document.documentElement.lang = current.locale
    setClientLanguage(current.locale)
  }, [current.locale])

  const value = useMemo<Language>(() => ({
    ...current,
    timeZone,
    format: makeFormat(current.locale, timeZone),
    setTimeZone,
    setLocale: (locale) => {
      rememberLocale(locale)
      if (locale !== current.locale) void loadLanguage(locale).then((t) => setCurrent({ locale, t }))
    },
  }), [current, timeZone])

  return (
    <AriaLanguage locale={TAGS[current.locale]}>
      <Context value={value}>{children}</Context>
    </AriaLanguage>
  )
}
