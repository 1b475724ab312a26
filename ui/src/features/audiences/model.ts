import { CALENDARS, groupOf, UNITS, type Calendar, type Condition, type Count, type How, type Times, type Unit, type Window } from './condition'
import { emptyTest, filled, fromTest, toTest, Unfinished, whole, type ValueTest } from './value-test'

/** What the builder shows; each part has an id of this page, so that its fields keep their focus. */
export interface Group { id: string; kind: 'group'; how: How; parts: Part[] }
export interface AttributePart { id: string; kind: 'attribute'; name: string; test: ValueTest }
export type TimesWord = 'did' | 'did_not' | 'at_least' | 'at_most' | 'exactly'
export const TIMES: readonly TimesWord[] = ['did', 'did_not', 'at_least', 'at_most', 'exactly']
export interface WindowFields { kind: 'ever' | 'last' | 'between' | Calendar; count: string; unit: Unit; from: string; before: string }
export interface WhereRow { id: string; property: string; test: ValueTest }
export interface EventPart { id: string; kind: 'event'; name: string; times: TimesWord; count: string; window: WindowFields; where: WhereRow[] }
export interface MemberPart { id: string; kind: 'member'; audience: string }
/** What the builder has no fields for: kept as it is. */
export interface KeptPart { id: string; kind: 'kept'; condition: Condition }
export type Part = Group | AttributePart | EventPart | MemberPart | KeptPart
/** `bare`: the condition was no group itself, and is none again while a single part is in it. */
export interface Root extends Group { bare: boolean }

let last = 0
const newId = () => `part-${++last}`

export const emptyParts = {
  attribute: (): AttributePart => ({ id: newId(), kind: 'attribute', name: '', test: emptyTest('is') }),
  event: (): EventPart => ({ id: newId(), kind: 'event', name: '', times: 'did', count: '2', window: emptyWindow(), where: [] }),
  member: (): MemberPart => ({ id: newId(), kind: 'member', audience: '' }),
  group: (): Group => ({ id: newId(), kind: 'group', how: 'any', parts: [] }),
}
export const emptyWhere = (): WhereRow => ({ id: newId(), property: '', test: emptyTest('is') })
export const emptyRoot = (): Root => ({ ...emptyParts.group(), how: 'all', bare: false })
function emptyWindow(): WindowFields {
  return { kind: 'ever', count: '30', unit: 'day', from: '', before: '' }
}

export function fromCondition(condition: Condition): Root {
  const group = groupOf(condition)
  const parts = group ? group.parts.map(partOf) : [partOf(condition)]
  return { id: newId(), kind: 'group', how: group?.how ?? 'all', parts, bare: !group }
}

function partOf(condition: Condition): Part {
  const id = newId()
  const group = groupOf(condition)
  if (group) return { id, kind: 'group', how: group.how, parts: group.parts.map(partOf) }
  if ('attribute' in condition) {
    const test = fromTest(condition.attribute.test)
    if (test) return { id, kind: 'attribute', name: condition.attribute.name, test }
  }
  if ('count' in condition) return eventOf(id, condition.count) ?? { id, kind: 'kept', condition }
  if ('member' in condition) return { id, kind: 'member', audience: condition.member.audience }
  return { id, kind: 'kept', condition }
}

function eventOf(id: string, { of, window: when = 'ever', times }: Count): EventPart | null {
  const window = fromWindow(when)
  const where = (of.where ?? []).map(({ property, test }) => ({ id: newId(), property, test: fromTest(test) }))
  if (!window || where.some(({ test }) => !test)) return null
  return { id, kind: 'event', name: of.name, ...fromTimes(times), window, where: where as WhereRow[] }
}

function fromTimes(times: Times): { times: TimesWord; count: string } {
  if ('at_least' in times && times.at_least === 1) return { times: 'did', count: '2' }
  if ('at_most' in times && times.at_most === 0) return { times: 'did_not', count: '2' }
  const [word, count] = Object.entries(times)[0] as ['at_least' | 'at_most' | 'exactly', number]
  return { times: word, count: String(count) }
}

const DATE = /^\d{4}-\d{2}-\d{2}$/

function fromWindow(window: Window): WindowFields | null {
  const empty = emptyWindow()
  if (window === 'ever') return empty
  if ('last' in window) return UNITS.includes(window.last.unit) ? { ...empty, kind: 'last', count: String(window.last.count), unit: window.last.unit } : null
  if ('calendar' in window) return CALENDARS.includes(window.calendar) ? { ...empty, kind: window.calendar } : null
  const { from, before } = window.between
  const shown = [from, before].filter((one) => one !== undefined)
  return shown.length && shown.every((one) => DATE.test(one)) ? { ...empty, kind: 'between', from: from ?? '', before: before ?? '' } : null
}

/** The part (or the test of an event) that is not finished, and what it lacks. */
export interface Gap { id: string; field: Unfinished['field']; problem: Unfinished['problem'] }

/** A condition to be sent, or all that is missing for it. */
export function toCondition(root: Root): { condition: Condition; gaps: [] } | { condition: null; gaps: Gap[] } {
  const gaps: Gap[] = []
  const parts = root.parts.map((part) => conditionOf(part, gaps))
  if (gaps.length) return { condition: null, gaps }
  const whole = root.bare && root.how === 'all' && parts.length === 1 ? parts[0]! : ({ [root.how]: parts } as Condition)
  return { condition: whole, gaps: [] }
}

const NOTHING: Condition = { any: [] }

function conditionOf(part: Part, gaps: Gap[]): Condition {
  if (part.kind === 'kept') return part.condition
  if (part.kind === 'group') return { [part.how]: part.parts.map((one) => conditionOf(one, gaps)) } as Condition
  const finished = attempt(part.id, gaps, () => leafOf(part, gaps))
  return finished ?? NOTHING
}

function attempt<T>(id: string, gaps: Gap[], make: () => T): T | null {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof Unfinished)) throw error
    gaps.push({ id, field: error.field, problem: error.problem })
    return null
  }
}

function leafOf(part: AttributePart | EventPart | MemberPart, gaps: Gap[]): Condition {
  if (part.kind === 'member') return { member: { audience: filled(part.audience, 'audience') } }
  if (part.kind === 'attribute') {
    const name = attempt(part.id, gaps, () => filled(part.name, 'name'))
    return { attribute: { name: name ?? '', test: toTest(part.test) } }
  }
  const name = attempt(part.id, gaps, () => filled(part.name, 'name')) ?? ''
  const times = attempt(part.id, gaps, () => toTimes(part)) ?? { at_least: 1 }
  const window = attempt(part.id, gaps, () => toWindow(part.window)) ?? 'ever'
  const where = part.where.map((row) => ({
    property: attempt(row.id, gaps, () => filled(row.property, 'name')) ?? '', test: attempt(row.id, gaps, () => toTest(row.test)) ?? 'exists' as const,
  }))
  return { count: { of: where.length ? { name, where } : { name }, window, times } }
}

function toTimes({ times, count }: EventPart): Times {
  if (times === 'did') return { at_least: 1 }
  if (times === 'did_not') return { at_most: 0 }
  return { [times]: whole(count, 0, 'count') } as Times
}

function toWindow({ kind, count, unit, from, before }: WindowFields): Window {
  if (kind === 'ever') return 'ever'
  if (kind === 'last') return { last: { count: whole(count, 1, 'window'), unit } }
  if (kind !== 'between') return { calendar: kind }
  if (!from && !before) throw new Unfinished('window', 'required')
  return { between: { ...(from && { from }), ...(before && { before }) } }
}

/** The tree with one part replaced; `change` gives null to take it away. */
export function changePart<T extends Group>(group: T, id: string, change: (part: Part) => Part | null): T {
  if (group.id === id) return (change(group) as T | null) ?? group
  const parts = group.parts.flatMap((part): Part[] => {
    if (part.id === id) return [change(part)].filter((one) => one !== null)
    return [part.kind === 'group' ? changePart(part, id, change) : part]
  })
  return { ...group, parts }
}

export function addPart<T extends Group>(group: T, to: string, part: Part): T {
  return changePart(group, to, (found) => (found.kind === 'group' ? { ...found, parts: [...found.parts, part] } : found))
}
