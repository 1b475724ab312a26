import type { Locale } from '../api/types'
import { TAGS } from './language'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Every way the product writes a time, a number or a size; built once per language and time zone. */
export function makeFormat(locale: Locale, timeZone: string | undefined) {
  const tag = TAGS[locale]
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, { timeZone, ...options })
  const time = date({ hour: 'numeric', minute: '2-digit' })
  const clock = date({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
  const dayMonth = date({ month: 'short', day: 'numeric' })
  const short = date({ year: 'numeric', month: 'short', day: 'numeric' })
  const full = date({ year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit' })
  const dayTime = date({ month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' })
  const weekday = date({ weekday: 'long', month: 'long', day: 'numeric' })
  const weekdayYear = date({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' })
  const soon = date({ weekday: 'short', hour: 'numeric', minute: '2-digit' })
  const dayKey = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const number = new Intl.NumberFormat(tag)
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })
  const units = Object.fromEntries(
    (['minute', 'hour', 'day'] as const).map((unit) => [
      unit, new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'narrow' }),
    ]),
  ) as Record<'minute' | 'hour' | 'day', Intl.NumberFormat>
  const collator = new Intl.Collator(tag, { sensitivity: 'base', numeric: true })
  const thisYear = (at: Date) => dayKey.format(at).slice(0, 4) === dayKey.format(new Date()).slice(0, 4)

  return {
    time: (at: string) => time.format(new Date(at)),
    clock: (at: string) => clock.format(new Date(at)),
    full: (at: string) => full.format(new Date(at)),
    short: (at: string) => short.format(new Date(at)),
    soon: (at: string) => (Date.parse(at) - Date.now() < 6 * DAY ? soon : dayTime).format(new Date(at)),
    day: (at: string) => (thisYear(new Date(at)) ? weekday : weekdayYear).format(new Date(at)),
    dayKey: (at: string) => dayKey.format(new Date(at)),
    relativeDay: (at: string) => {
      const days = Math.round((Date.parse(dayKey.format(new Date(at))) - Date.parse(dayKey.format(new Date()))) / DAY)
      return days === 0 || days === -1 ? relative.format(days, 'day') : null
    },
    /** How long ago, in the space of a list row. */
    age: (at: string, now = Date.now()) => {
      const passed = Math.max(0, now - Date.parse(at))
      if (passed < MINUTE) return relative.format(0, 'second')
      if (passed < HOUR) return units.minute.format(Math.floor(passed / MINUTE))
      if (passed < DAY) return units.hour.format(Math.floor(passed / HOUR))
      if (passed < 7 * DAY) return units.day.format(Math.floor(passed / DAY))
      return (thisYear(new Date(at)) ? dayMonth : short).format(new Date(at))
    },
    ago: (at: string) => {
      const passed = Date.now() - Date.parse(at)
      if (passed < HOUR) return relative.format(-Math.floor(passed / MINUTE), 'minute')
      if (passed < DAY) return relative.format(-Math.floor(passed / HOUR), 'hour')
      if (passed < 30 * DAY) return relative.format(-Math.floor(passed / DAY), 'day')
      return short.format(new Date(at))
    },
    number: (value: number) => number.format(value),
    /** Forints without their hundredths; an unknown currency as it was told. */
    money: (value: number, currency: string | null) => {
      try {
        const code = (currency ?? '').toUpperCase()
        return new Intl.NumberFormat(tag, { style: 'currency', currency: code, ...(code === 'HUF' && { maximumFractionDigits: 0 }) }).format(value)
      } catch {
        return `${number.format(value)} ${currency ?? ''}`.trim()
      }
    },
    size: (bytes: number) => {
      const [value, unit] = bytes < 1_000_000 ? [Math.max(1, bytes / 1000), 'kB'] : [bytes / 1_000_000, 'MB']
      return `${new Intl.NumberFormat(tag, { maximumFractionDigits: value < 10 && unit === 'MB' ? 1 : 0 }).format(value)} ${unit}`
    },
    compare: (a: string, b: string) => collator.compare(a, b),
    list: (items: string[]) => new Intl.ListFormat(tag, { type: 'conjunction' }).format(items),
  }
}

export type Format = ReturnType<typeof makeFormat>
