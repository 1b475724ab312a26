import { CalendarDateTime, toCalendarDate, toCalendarDateTime, Time, toZoned, type ZonedDateTime } from '@internationalized/date'

const fold = (text: string) => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/\s+/g, ' ').trim()

const DAYS: [RegExp, number][] = [
  [/^(monday|mon|hetfo)/, 1], [/^(tuesday|tue|kedd)/, 2], [/^(wednesday|wed|szerda)/, 3], [/^(thursday|thu|csutortok)/, 4],
  [/^(friday|fri|pentek)/, 5], [/^(saturday|sat|szombat)/, 6], [/^(sunday|sun|vasarnap)/, 7],
]
const MONTHS = [/^(jan)/, /^(feb)/, /^(mar)/, /^(apr)/, /^(may|maj)/, /^(jun)/, /^(jul)/, /^(aug)/, /^(sep|szep)/, /^(oct|okt)/, /^(nov)/, /^(dec)/]
const NUMBERS: Record<string, number> = {
  a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, egy: 1, ket: 2, ketto: 2, harom: 3, negy: 4, ot: 5, fel: 0.5, half: 0.5,
}
const UNITS: [RegExp, 'minutes' | 'hours' | 'days' | 'weeks' | 'months'][] = [
  [/^(m|min|mins|minute|minutes|p|perc)$/, 'minutes'], [/^(h|hour|hours|ora)$/, 'hours'], [/^(d|day|days|nap)$/, 'days'],
  [/^(w|week|weeks|het)$/, 'weeks'], [/^(month|months|honap|ho)$/, 'months'],
]
const MORNING = new Time(9)

/** Understands how people say a time in Hungarian and English; null when it does not, or the time has passed. */
export function parseSnooze(words: string, now: ZonedDateTime): ZonedDateTime | null {
  const text = fold(words)
  const result = text ? (parseAfter(text, now) ?? parseDay(text, now)) : null
  return result && result.compare(now) > 0 ? result : null
}

function parseAfter(text: string, now: ZonedDateTime): ZonedDateTime | null {
  const match = /^(?:in )?(?:(\d+(?:[.,]\d+)?)|([a-z]+)) ?([a-z]+)(?: mulva| from now)?$/.exec(text)
  const marked = /^in | mulva$| from now$/.test(text)
  if (!match || (!marked && !match[1])) return null
  const amount = match[1] ? Number(match[1].replace(',', '.')) : NUMBERS[match[2]!]
  const unit = UNITS.find(([pattern]) => pattern.test(match[3]!))?.[1]
  if (!amount || !unit) return null
  // "14 óra" without "múlva" is a time of the day, not a span.
  if (!marked && /^(ora|h|p)$/.test(match[3]!)) return null
  if (unit === 'minutes' || unit === 'hours') return now.add({ minutes: Math.round(amount * (unit === 'hours' ? 60 : 1)) }).set({ second: 0, millisecond: 0 })
  return at(now, now.add({ [unit]: Math.ceil(amount) }), MORNING)
}

function parseDay(text: string, now: ZonedDateTime): ZonedDateTime | null {
  const [day, rest] = takeDay(text, now)
  const time = rest ? parseTime(rest) : null
  if (rest && !time) return null
  if (day) return at(now, day, time ?? MORNING)
  if (!time) return null
  const today = at(now, now, time)
  return today.compare(now) > 0 ? today : at(now, now.add({ days: 1 }), time)
}

const at = (now: ZonedDateTime, day: ZonedDateTime, time: Time) => toZoned(toCalendarDateTime(toCalendarDate(day), time), now.timeZone)

function takeDay(text: string, now: ZonedDateTime): [ZonedDateTime | null, string] {
  const fixed: [RegExp, number][] = [[/^(today|ma)\b/, 0], [/^(tonight|ma este)\b/, 0], [/^(tomorrow|holnap)\b/, 1], [/^(day after tomorrow|holnaputan)\b/, 2], [/^(next week|jovo het(en)?)\b/, -1]]
  const date = takeDate(text, now)
  if (date) return date
  for (const [pattern, days] of [...fixed].reverse()) {
    const match = pattern.exec(text)
    if (match) return [days < 0 ? weekday(now, 1) : now.add({ days }), text.slice(match[0].length).trim()]
  }
  const next = /^(next|jovo|this|on) /.exec(text)
  const name = next ? text.slice(next[0].length) : text
  const found = DAYS.find(([pattern]) => pattern.test(name))
  if (!found) return [null, text]
  const rest = name.replace(/^[a-z]+[,.]?/, '').trim()
  return [weekday(now, found[1]), rest]
}

/** The coming day of that name: today's name means a week from now. */
function weekday(now: ZonedDateTime, wanted: number) {
  const today = (new Date(Date.UTC(now.year, now.month - 1, now.day)).getUTCDay() + 6) % 7 + 1
  return now.add({ days: ((wanted - today + 6) % 7) + 1 })
}

function takeDate(text: string, now: ZonedDateTime): [ZonedDateTime, string] | null {
  const numeric = /^(\d{4})[-. ]+(\d{1,2})[-. ]+(\d{1,2})\.?(?=$|[ ,])/.exec(text)
  if (numeric) return onDate(now, Number(numeric[1]), Number(numeric[2]), Number(numeric[3]), text.slice(numeric[0].length))
  const short = /^(\d{1,2})\. ?(\d{1,2})\.(?=$|[ ,])/.exec(text)
  if (short) return onDate(now, null, Number(short[1]), Number(short[2]), text.slice(short[0].length))
  const named = /^(?:([a-z]+)\.? (\d{1,2})(?:\.|-?[ae]n|st|nd|rd|th)?|(\d{1,2})(?:st|nd|rd|th)? ([a-z]+))(?=$|[ ,])/.exec(text)
  const month = named ? MONTHS.findIndex((pattern) => pattern.test(named[1] ?? named[4]!)) + 1 : 0
  if (named && month > 0) return onDate(now, null, month, Number(named[2] ?? named[3]), text.slice(named[0].length))
  return null
}

function onDate(now: ZonedDateTime, year: number | null, month: number, day: number, rest: string): [ZonedDateTime, string] | null {
  if (month < 1 || month > 12 || day < 1 || day > 31) return null
  const date = toZoned(new CalendarDateTime(year ?? now.year, month, day, 23, 59), now.timeZone)
  return [year === null && date.compare(now) < 0 ? date.add({ years: 1 }) : date, rest.replace(/^[, ]+/, '')]
}

const WORDS: [RegExp, Time][] = [
  [/^(morning|reggel|delelott)$/, new Time(9)], [/^(noon|delben|del)$/, new Time(12)],
  [/^(afternoon|delutan)$/, new Time(14)], [/^(evening|este|night)$/, new Time(18)],
]

function parseTime(rest: string): Time | null {
  const text = rest.replace(/^(at|,) ?/, '')
  const word = WORDS.find(([pattern]) => pattern.test(text))
  if (word) return word[1]
  const match = /^(?:(reggel|delelott|delutan|este) )?(\d{1,2})(?:[:. ](\d{2}))? ?(am|pm|ora|orakor|h|perckor)?(?:-?kor)?$/.exec(text)
  if (!match) return null
  const afternoon = match[4] === 'pm' || match[1] === 'delutan' || match[1] === 'este'
  const hour = Number(match[2]) % 24
  const minute = Number(match[3] ?? 0)
  if (Number(match[2]) > 24 || minute > 59) return null
  if (match[4] === 'am') return new Time(hour % 12, minute)
  return new Time(afternoon && hour < 12 ? hour + 12 : hour, minute)
}
