import type { SeenCall } from '../../api/types'

/** As many as the server keeps. */
export const SHOWN = 300

/** What is on the screen, and what came while it stood still. Newest first. */
export interface Stream {
  shown: SeenCall[]
  waiting: SeenCall[]
  /** The newest number heard of. */
  last: number
  /** Calls that went by between two readings. */
  missed: number
}

export const EMPTY: Stream = { shown: [], waiting: [], last: 0, missed: 0 }

/** Takes in what a reading brought, oldest first. `frozen`: the screen stands still. */
export function take(stream: Stream, calls: SeenCall[], frozen: boolean): Stream {
  const first = calls[0]
  if (!first) return stream
  // Lower numbers: the server began to count anew, and what it had is gone there too.
  const start = first.number <= stream.last && calls.at(-1)!.number < stream.last ? EMPTY : stream
  const fresh = calls.filter((call) => call.number > start.last).reverse()
  if (!fresh.length) return stream
  const oldest = fresh.at(-1)!.number
  const missed = start.missed + (start.last ? Math.max(0, oldest - start.last - 1) : 0)
  const next = { ...start, last: fresh[0]!.number, missed, waiting: [...fresh, ...start.waiting].slice(0, SHOWN) }
  return frozen ? next : flow(next)
}

/** The screen moves on. */
export const flow = (stream: Stream): Stream => ({ ...stream, shown: [...stream.waiting, ...stream.shown].slice(0, SHOWN), waiting: [] })

export interface Filter { outcome: SeenCall['outcome'] | 'marked' | 'all'; words: string }

export function passes(call: SeenCall, { outcome, words }: Filter): boolean {
  if (outcome === 'marked' ? !(call.violations.length && call.outcome === 'accepted') : outcome !== 'all' && call.outcome !== outcome) return false
  const typed = words.trim().toLowerCase()
  return !typed || [call.name, call.kind, call.user_id, call.anonymous_id, call.refusal?.code, ...call.violations.map(({ property }) => property)].some((value) => value?.toLowerCase().includes(typed))
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** The call again, for a shell: as a new one, or it would be a repetition. The write key is not always known. */
export function asCurl(origin: string, kind: string | null, body: unknown, key = '<write key>') {
  const again = JSON.stringify(body, (name, value: unknown) => (name === 'messageId' ? undefined : value))
  return `curl ${origin}/v1/${kind ?? 'track'} -u ${quoted(`${key}:`)} -H ${quoted('Content-Type: application/json')} -d ${quoted(again)}`
}
