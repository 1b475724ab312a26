import type { Audience, AudiencePreview, Membership, Person } from '../src/api/types'
import { id } from './seed'

const condition = { all: [{ attribute: { name: 'country', test: { is: 'HU' } } }, { count: { of: { name: 'event:Order Completed' }, window: { last: { count: 30, unit: 'day' } }, times: { at_least: 3 } } }] }
const TEXT = 'all of (country is "HU", did "Order Completed" at least 3 times in the last 30 days)'

/** A condition is believed, not worked: the count is made up from its length. */
export function makeAudiences(): Audience[] {
  const at = new Date(Date.now() - 7_200_000).toISOString()
  const base = { condition, text: TEXT, filling: false, created_at: at, changed_at: at }
  return [
    { ...base, id: id(), name: 'Törzsvásárlók', description: 'Akik egy hónapban legalább háromszor vásároltak.', live: true, members: 42, used_by: ['Tavaszi akció'] },
    { ...base, id: id(), name: 'Tavaszi akció', description: '', live: false, members: 0, used_by: [] },
  ]
}

export function preview(body: { condition?: object; text?: string }, people: Person[]): AudiencePreview {
  const matching = JSON.stringify(body).length % people.length
  return { checked: people.length, matching, sample: people.slice(0, Math.min(20, matching)).map(({ id: person, name, email }) => ({ id: person, name, email })), condition: body.condition ?? condition, text: body.text ?? TEXT }
}

export const memberships = (audiences: Audience[]): Membership[] => audiences.filter(({ live }) => live).map(({ id: audience, name, changed_at }) => ({ id: audience, name, since: changed_at }))

export function why() {
  const parts = [{ text: 'country is "HU"', holds: true, changes_at: null, complete: true, because: { attribute: { value: 'HU' } } }, { text: 'did "Order Completed" at least 3 times', holds: false, changes_at: null, complete: true, because: { count: { found: 1, or_more: false, latest: [new Date(Date.now() - 86_400_000).toISOString()] } } }]
  return { text: 'all of', holds: false, changes_at: null, complete: true, because: { parts: { holding: 1 } }, parts }
}
