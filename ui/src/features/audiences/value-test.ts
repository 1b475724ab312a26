import { UNITS, type Literal, type Test, type Unit } from './condition'

/** A test of a value as the builder holds it: what was typed, finished or not. */
export interface ValueTest { op: Op; value: string; to: string; unit: Unit; values: string[] }

export const OPS = {
  text: ['is', 'is_not', 'one_of', 'contains', 'starts_with'],
  number: ['equals', 'differs', 'more_than', 'at_least', 'less_than', 'at_most', 'between', 'one_of_numbers'],
  flag: ['yes', 'no', 'not_yes', 'not_no'],
  date: ['before', 'after', 'within_last', 'within_next', 'anniversary'],
  any: ['exists', 'absent'],
} as const
export type ValueType = Exclude<keyof typeof OPS, 'any'>
export type Op = (typeof OPS)[keyof typeof OPS][number]

/** What the passing of time changes is no test of something that happened. */
export const TEMPORAL: readonly Op[] = ['within_last', 'within_next', 'anniversary']

export type Problem = 'required' | 'number' | 'whole' | 'backwards'
export class Unfinished extends Error {
  constructor(readonly field: 'name' | 'value' | 'to' | 'count' | 'window' | 'audience', readonly problem: Problem) { super(`${field}: ${problem}`) }
}

export const emptyTest = (op: Op): ValueTest => ({ op, value: '', to: '', unit: 'day', values: [] })

const DATE = /^\d{4}-\d{2}-\d{2}$/
const FLAGS: Record<string, Literal> = { yes: true, no: false, not_yes: true, not_no: false }
const WORDS = { is: 'equals', is_not: 'differs' } as const

/** Null for a test the builder has no fields for. */
export function fromTest(test: Test): ValueTest | null {
  const made = (op: Op, more: Partial<ValueTest> = {}): ValueTest => ({ ...emptyTest(op), ...more })
  if (typeof test === 'string') return test === 'exists' || test === 'absent' ? made(test) : null
  const [word, value] = Object.entries(test)[0] as [string, unknown]
  switch (word) {
    case 'is': case 'is_not':
      if (typeof value === 'boolean') return made(word === 'is' ? (value ? 'yes' : 'no') : value ? 'not_yes' : 'not_no')
      return typeof value === 'number' ? made(WORDS[word], { value: String(value) }) : said(made(word, { value: value as string }))
    case 'one_of': return oneOf(value as Literal[])
    case 'contains': case 'starts_with': return said(made(word, { value: value as string }))
    case 'less_than': case 'at_most': case 'more_than': case 'at_least': return made(word, { value: String(value) })
    case 'between': {
      const { from, to } = value as { from: number; to: number }
      return made('between', { value: String(from), to: String(to) })
    }
    case 'before': case 'after': return DATE.test(value as string) ? made(word, { value: value as string }) : null
    case 'within_last': case 'within_next': {
      const { count, unit } = value as { count: number; unit: Unit }
      return UNITS.includes(unit) ? made(word, { value: String(count), unit }) : null
    }
    case 'anniversary': return made('anniversary', { value: String((value as { within_days: number }).within_days) })
    default: return null
  }
}

/** An empty field is one to be filled in, so a test for an empty text has none. */
const said = (test: ValueTest) => (test.value.trim() ? test : null)

function oneOf(values: Literal[]): ValueTest | null {
  if (!values.length) return null
  if (values.every((one) => typeof one === 'string')) return { ...emptyTest('one_of'), values }
  return values.every((one) => typeof one === 'number') ? { ...emptyTest('one_of_numbers'), values: values.map(String) } : null
}

/** Throws `Unfinished` for what cannot be sent yet. */
export function toTest({ op, value, to, unit, values }: ValueTest): Test {
  switch (op) {
    case 'exists': case 'absent': return op
    case 'yes': case 'no': return { is: FLAGS[op]! }
    case 'not_yes': case 'not_no': return { is_not: FLAGS[op]! }
    case 'is': return { is: filled(value) }
    case 'is_not': return { is_not: filled(value) }
    case 'equals': return { is: figure(value) }
    case 'differs': return { is_not: figure(value) }
    case 'one_of': return { one_of: some(values) }
    case 'one_of_numbers': return { one_of: some(values).map((one) => figure(one)) }
    case 'contains': return { contains: filled(value) }
    case 'starts_with': return { starts_with: filled(value) }
    case 'less_than': return { less_than: figure(value) }
    case 'at_most': return { at_most: figure(value) }
    case 'more_than': return { more_than: figure(value) }
    case 'at_least': return { at_least: figure(value) }
    case 'between': return range(figure(value), figure(to, 'to'))
    case 'before': return { before: filled(value) }
    case 'after': return { after: filled(value) }
    case 'within_last': return { within_last: { count: whole(value, 1), unit } }
    case 'within_next': return { within_next: { count: whole(value, 1), unit } }
    case 'anniversary': return { anniversary: { within_days: whole(value, 0) } }
  }
}

function range(from: number, to: number): Test {
  if (from > to) throw new Unfinished('to', 'backwards')
  return { between: { from, to } }
}

function some(values: string[]) {
  if (!values.length) throw new Unfinished('value', 'required')
  return values
}

export function filled(text: string, field: Unfinished['field'] = 'value') {
  if (!text.trim()) throw new Unfinished(field, 'required')
  return text
}

/** A number as people write it: spaces between thousands, a comma or a point. */
function figure(text: string, field: Unfinished['field'] = 'value') {
  const plain = filled(text, field).replace(/[\s\u00A0\u202F]/g, '').replace(',', '.').replace(/^\u2212/, '-')
  if (!/^-?\d+(\.\d+)?$/.test(plain)) throw new Unfinished(field, 'number')
  return Number(plain)
}

export function whole(text: string, least: number, field: Unfinished['field'] = 'value') {
  const plain = filled(text, field).trim()
  if (!/^\d+$/.test(plain) || Number(plain) < least) throw new Unfinished(field, 'whole')
  return Number(plain)
}
