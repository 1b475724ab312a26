import type { Conversation, Order, Page } from '../../api/types'

/**
 * One list as it stands on the screen. Rows change in place and never move by themselves: what is new waits in
 * `arrivals`, what belongs elsewhere by now stays as a row of `left`, until the list is `settled`.
 */
export interface ListState {
  rows: Conversation[]
  arrivals: Conversation[]
  left: string[]
  next: string | null
}

export const EMPTY_LIST: ListState = { rows: [], arrivals: [], left: [], next: null }

export function fromPage(page: Page<Conversation>): ListState {
  return { ...EMPTY_LIST, rows: page.items, next: page.next }
}

export function withNextPage(state: ListState, page: Page<Conversation>): ListState {
  const known = new Set([...state.rows, ...state.arrivals].map((row) => row.id))
  return { ...state, rows: [...state.rows, ...page.items.filter((row) => !known.has(row.id))], next: page.next }
}

const newerOf = (a: Conversation, b: Conversation) => (b.version >= a.version ? b : a)

/**
 * Takes over conversations read again. `members` are those of them that belong to this list; the others that it
 * shows are kept in place and marked. An older version than the known one changes nothing.
 */
export function takeFresh(state: ListState, fresh: Conversation[], members: Set<string>): ListState {
  const byId = new Map(fresh.map((row) => [row.id, row]))
  const shown = new Set(state.rows.map((row) => row.id))
  const rows = state.rows.map((row) => {
    const update = byId.get(row.id)
    return update ? newerOf(row, update) : row
  })
  const arrivals = state.arrivals
    .filter((row) => !byId.has(row.id) || members.has(row.id))
    .map((row) => newerOf(row, byId.get(row.id) ?? row))
  const waiting = new Set(arrivals.map((row) => row.id))
  for (const row of byId.values()) if (members.has(row.id) && !shown.has(row.id) && !waiting.has(row.id)) arrivals.push(row)
  const left = state.left.filter((id) => !byId.has(id) || !members.has(id))
  for (const row of byId.values()) if (shown.has(row.id) && !members.has(row.id) && !left.includes(row.id)) left.push(row.id)
  return { ...state, rows, arrivals, left }
}

const RANK = { urgent: 0, high: 1, normal: 2, low: 3 } as const
const byTime = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

export function compare(order: Order) {
  const newest = (a: Conversation, b: Conversation) => byTime(b.last_message_at, a.last_message_at) || byTime(b.id, a.id)
  const orders: Record<Order, (a: Conversation, b: Conversation) => number> = {
    newest,
    oldest: (a, b) => -newest(a, b),
    waiting: (a, b) => byTime(a.waiting_since ?? '9', b.waiting_since ?? '9') || newest(a, b),
    priority: (a, b) => RANK[a.priority] - RANK[b.priority] || newest(a, b),
  }
  return orders[order]
}

/** Everything to its place: arrivals in, leavers out. What sorts after the last loaded row comes with its page. */
export function settle(state: ListState, order: Order): ListState {
  const gone = new Set(state.left)
  const sorter = compare(order)
  const all = [...state.rows, ...state.arrivals].filter((row) => !gone.has(row.id)).sort(sorter)
  return { rows: all, arrivals: [], left: [], next: state.next }
}

export const isSettled = (state: ListState) => state.arrivals.length === 0 && state.left.length === 0

/** An act of one's own takes effect at once: a row leaves, or comes back to its place. */
export function removeRows(state: ListState, ids: ReadonlySet<string>): ListState {
  return {
    ...state,
    rows: state.rows.filter((row) => !ids.has(row.id)),
    arrivals: state.arrivals.filter((row) => !ids.has(row.id)),
    left: state.left.filter((id) => !ids.has(id)),
  }
}

export function patchRows(state: ListState, ids: ReadonlySet<string>, patch: (row: Conversation) => Conversation): ListState {
  const change = (row: Conversation) => (ids.has(row.id) ? patch(row) : row)
  return { ...state, rows: state.rows.map(change), arrivals: state.arrivals.map(change) }
}

export function insertRow(state: ListState, row: Conversation, order: Order): ListState {
  const rest = removeRows(state, new Set([row.id]))
  return { ...rest, rows: [...rest.rows, row].sort(compare(order)) }
}
