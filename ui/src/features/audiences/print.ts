import { groupOf, type Condition, type EventFilter, type Literal, type Span, type Step, type Test, type Window } from './condition'

/** Words that begin a condition: a name like these stands in quotes. */
const TAKEN = /^(all|any|none|did|in|sum|min|max|average|first|last|unique|not)$/i
const PLAIN = /^[\p{Alphabetic}_$][\p{Alphabetic}\p{N}_$.-]*$/u
const EVENT = 'event:'

/** A condition in the words of docs/audiences.md; the server reads them back. */
export function print(condition: Condition, audienceName: (id: string) => string | null): string {
  const group = groupOf(condition)
  if (group) return `${group.how} of (${group.parts.map((part) => print(part, audienceName)).join(', ')})`
  if ('attribute' in condition) return `${name(condition.attribute.name)} ${test(condition.attribute.test)}`
  if ('count' in condition) {
    const { of, window, times } = condition.count
    return `${did(event(of.name), times)}${span(window)}${where(of)}`
  }
  if ('measure' in condition) {
    const { figure, property, of, window, test: wanted } = condition.measure
    return `${figure} of ${name(property)} over (${event(of.name)}${span(window)}${where(of)}) ${test(wanted)}`
  }
  if ('sequence' in condition) return `in order (${condition.sequence.steps.map(step).join(', ')})${span(condition.sequence.window)}`
  if ('member' in condition) {
    const known = audienceName(condition.member.audience)
    return known === null ? `in audience id ${quoted(condition.member.audience)}` : `in audience ${quoted(known)}`
  }
  return JSON.stringify(condition)
}

function did(of: string, times: { at_least?: number; at_most?: number; exactly?: number }) {
  if (times.at_least === 1) return `did ${of}`
  if (times.at_most === 0) return `did not ${of}`
  const [word, count] = Object.entries(times)[0] as [string, number]
  return `did ${of} ${word.replace('_', ' ')} ${count} ${count === 1 ? 'time' : 'times'}`
}

const step = ({ kind, of, within }: Step) => `${kind === 'did' ? 'did' : 'did not'} ${event(of.name)}${within ? ` within ${duration(within)}` : ''}${where(of)}`
const event = (fact: string) => (fact.startsWith(EVENT) ? quoted(fact.slice(EVENT.length)) : fact)
const duration = ({ count, unit }: Span) => `${count} ${unit}${count === 1 ? '' : 's'}`

function span(window: Window = 'ever') {
  if (window === 'ever') return ''
  if ('last' in window) return ` in the last ${duration(window.last)}`
  if ('calendar' in window) return ` ${window.calendar.replace('_', ' ')}`
  const { from, before } = window.between
  return from || before ? `${from ? ` since ${from}` : ''}${before ? ` before ${before}` : ''}` : ' at any time'
}

function where({ where: tests = [] }: EventFilter) {
  return tests.length ? ` where ${tests.map((one) => `${name(one.property)} ${test(one.test)}`).join(' and ')}` : ''
}

function test(of: Test): string {
  if (of === 'exists') return 'exists'
  if (of === 'absent') return 'is absent'
  if ('is' in of) return `is ${literal(of.is)}`
  if ('is_not' in of) return `is not ${literal(of.is_not)}`
  if ('one_of' in of) return `is one of (${of.one_of.map(literal).join(', ')})`
  if ('contains' in of) return `contains ${quoted(of.contains)}`
  if ('starts_with' in of) return `starts with ${quoted(of.starts_with)}`
  if ('less_than' in of) return `< ${of.less_than}`
  if ('at_most' in of) return `<= ${of.at_most}`
  if ('more_than' in of) return `> ${of.more_than}`
  if ('at_least' in of) return `>= ${of.at_least}`
  if ('between' in of) return `is between ${of.between.from} and ${of.between.to}`
  if ('before' in of) return `is before ${of.before}`
  if ('after' in of) return `is after ${of.after}`
  if ('within_last' in of) return `is within the last ${duration(of.within_last)}`
  if ('within_next' in of) return `is within the next ${duration(of.within_next)}`
  const days = of.anniversary.within_days
  return days === 0 ? 'has its anniversary today' : `has its anniversary within ${days} ${days === 1 ? 'day' : 'days'}`
}

const literal = (value: Literal) => (typeof value === 'string' ? quoted(value) : String(value))
const name = (text: string) => (PLAIN.test(text) && !TAKEN.test(text) ? text : quoted(text))

function quoted(text: string) {
  const escaped = text.replace(/["\\\n\t\p{Cc}]/gu, (sign) => {
    if (sign === '"' || sign === '\\') return `\\${sign}`
    if (sign === '\n') return '\\n'
    return sign === '\t' ? '\\t' : `\\u{${sign.codePointAt(0)!.toString(16)}}`
  })
  return `"${escaped}"`
}
