/** The language of conditions as the API speaks it: docs/audiences.md. */
export const UNITS = ['second', 'minute', 'hour', 'day', 'week'] as const
export type Unit = (typeof UNITS)[number]
export const CALENDARS = ['today', 'yesterday', 'this_week', 'last_week', 'this_month', 'last_month', 'this_year', 'last_year'] as const
export type Calendar = (typeof CALENDARS)[number]
export const HOWS = ['all', 'any', 'none'] as const
export type How = (typeof HOWS)[number]

export type Literal = boolean | number | string
export interface Span { count: number; unit: Unit }
export type Window = 'ever' | { last: Span } | { calendar: Calendar } | { between: { from?: string; before?: string } }
export type Test =
  | 'exists' | 'absent' | { is: Literal } | { is_not: Literal } | { one_of: Literal[] } | { contains: string } | { starts_with: string }
  | { less_than: number } | { at_most: number } | { more_than: number } | { at_least: number } | { between: { from: number; to: number } }
  | { before: string } | { after: string } | { within_last: Span } | { within_next: Span } | { anniversary: { within_days: number } }
export interface EventFilter { name: string; where?: { property: string; test: Test }[] }
export type Times = { at_least: number } | { at_most: number } | { exactly: number }
export interface Attribute { name: string; test: Test }
export interface Count { of: EventFilter; window?: Window; times: Times }
export interface Measure { figure: string; property: string; of: EventFilter; window?: Window; test: Test }
export interface Step { kind: 'did' | 'did_not'; of: EventFilter; within?: Span }
export interface Sequence { steps: Step[]; window?: Window }
export type Condition =
  | { all: Condition[] } | { any: Condition[] } | { none: Condition[] }
  | { attribute: Attribute } | { count: Count } | { measure: Measure } | { sequence: Sequence } | { member: { audience: string } }

/** How a group joins its parts; null when the condition is none. */
export function groupOf(condition: Condition): { how: How; parts: Condition[] } | null {
  for (const how of HOWS) if (how in condition) return { how, parts: (condition as Record<How, Condition[]>)[how] }
  return null
}

/** The audiences it names. */
export function audiencesIn(condition: Condition): string[] {
  return groupOf(condition)?.parts.flatMap(audiencesIn) ?? ('member' in condition ? [condition.member.audience] : [])
}
