import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Audience, Json, Person } from '../../api/types'
import type { MessageKey } from '../../i18n/keys.gen'
import { groupOf, type Condition } from './condition'
import { audiencesQuery, seenQuery } from './queries'
import { OPS, type Op, type ValueType } from './value-test'

/** A name that is offered, with what is known of its values. */
export interface Word { id: string; type: ValueType | null; label?: MessageKey }

const OWN_VALUES: Word[] = [
  { id: 'name', type: 'text', label: 'audience-value-name' }, { id: 'locale', type: 'text', label: 'audience-value-locale' },
  { id: 'email', type: 'text', label: 'audience-value-email' }, { id: 'phone', type: 'text', label: 'audience-value-phone' },
  { id: 'created_at', type: 'date', label: 'audience-value-created' },
  { id: 'inbox.conversations', type: 'number', label: 'audience-value-conversations' },
  { id: 'inbox.open_conversations', type: 'number', label: 'audience-value-open' },
]

/** Facts of Kapocs itself, by their names. */
const OWN_FACTS: Word[] = [
  { id: 'page.viewed', type: null, label: 'audience-fact-page' }, { id: 'screen.viewed', type: null, label: 'audience-fact-screen' },
  { id: 'message.received', type: null, label: 'audience-fact-received' }, { id: 'message.sent', type: null, label: 'audience-fact-sent' },
  { id: 'conversation.created', type: null, label: 'audience-fact-begun' }, { id: 'conversation.closed', type: null, label: 'audience-fact-closed' },
  { id: 'person.created', type: null, label: 'audience-fact-person' }, { id: 'group.joined', type: null, label: 'audience-fact-group' },
]
const EVENT = 'event:'
const isOwn = (name: string) => OWN_FACTS.some(({ id }) => id === name)

/** The name of a fact as it is shown and typed: an organisation's own events without their sign. */
export function shownEvent(name: string) {
  const own = name.startsWith(EVENT) ? name.slice(EVENT.length) : name
  return own !== name && (isOwn(own) || own.startsWith(EVENT)) ? name : own
}
export const eventNamed = (typed: string) => (!typed || isOwn(typed) || typed.startsWith(EVENT) ? typed : EVENT + typed)

export function typeOf(value: Json): ValueType | null {
  if (Array.isArray(value)) return value.length ? typeOf(value[0]!) : null
  if (typeof value === 'boolean') return 'flag'
  if (typeof value === 'number') return 'number'
  if (typeof value !== 'string') return null
  return /^\d{4}-\d{2}-\d{2}(T|$)/.test(value) ? 'date' : 'text'
}

export const opsOf = (type: ValueType | null): readonly Op[] => (type ? [...OPS[type], ...OPS.any] : Object.values(OPS).flat())

export interface Words { values: Word[]; events: Word[]; properties: (event: string) => Word[] }

function collect(into: Map<string, Word>, of: Record<string, Json>, before = '') {
  for (const [name, value] of Object.entries(of)) {
    const id = before + name
    const one = Array.isArray(value) ? value[0] : value
    if (one && typeof one === 'object' && !Array.isArray(one)) collect(into, one, `${id}.`)
    else if (!into.get(id)?.type) into.set(id, { id, type: typeOf(value) })
  }
}

function traitsOf(people: Person[]) {
  const found = new Map<string, Word>()
  for (const { traits } of people) collect(found, traits)
  return [...found.values()].filter(({ id }) => !OWN_VALUES.some((own) => own.id === id)).sort((a, b) => a.id.localeCompare(b.id))
}

function eventsIn(condition: Condition): string[] {
  const group = groupOf(condition)
  if (group) return group.parts.flatMap(eventsIn)
  if ('count' in condition) return [condition.count.of.name]
  if ('measure' in condition) return [condition.measure.of.name]
  return 'sequence' in condition ? condition.sequence.steps.map(({ of }) => of.name) : []
}

/** What can be named in a condition, as far as it was seen. */
export function useWords(enabled: boolean): Words & { audiences: Audience[] } {
  const { data: seen } = useQuery({ ...seenQuery, enabled })
  const { data: audiences = [] } = useQuery(audiencesQuery)
  return useMemo(() => {
    const tracked = seen?.calls.filter(({ kind, name }) => kind === 'track' && name) ?? []
    const named = new Set([...tracked.map(({ name }) => EVENT + name), ...audiences.flatMap(({ condition }) => eventsIn(condition as Condition))])
    const events = [...named].filter((name) => !isOwn(name)).map((name): Word => ({ id: shownEvent(name), type: null })).sort((a, b) => a.id.localeCompare(b.id))
    const properties = (event: string) => {
      const found = new Map<string, Word>()
      for (const { name, body } of tracked) if (EVENT + name === event) collect(found, body.properties ?? {})
      return [...found.values()].sort((a, b) => a.id.localeCompare(b.id))
    }
    return { values: [...traitsOf(seen?.people ?? []), ...OWN_VALUES], events: [...events, ...OWN_FACTS], properties, audiences }
  }, [seen, audiences])
}
