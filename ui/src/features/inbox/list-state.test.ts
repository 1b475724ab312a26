import { describe, expect, it } from 'vitest'
import type { Conversation, Order } from '../../api/types'
import { conversation } from './fixtures.test-support'
import { compare, fromPage, insertRow, isSettled, removeRows, settle, takeFresh, withNextPage, type ListState } from './list-state'

const list = (rows: Conversation[], next: string | null = null): ListState => fromPage({ items: rows, next })
const ids = (rows: Conversation[]) => rows.map((row) => row.id)
const all = (rows: Conversation[]) => new Set(ids(rows))

describe('a list while others work on it', () => {
  it('a changed conversation is updated where it stands', () => {
    const [a, b] = [conversation(), conversation()]
    const fresh = { ...b, subject: 'New subject', last_message_at: '2026-11-21T10:00:00.000Z', version: 2 }
    const state = takeFresh(list([a, b]), [fresh], all([fresh]))
    expect(state.rows).toEqual([a, fresh])
  })

  it('a new conversation waits beside the list instead of pushing rows down', () => {
    const [a, fresh] = [conversation(), conversation()]
    const state = takeFresh(list([a]), [fresh], all([fresh]))
    expect(ids(state.rows)).toEqual([a.id])
    expect(ids(state.arrivals)).toEqual([fresh.id])
  })

  it('what a colleague closes stays in its place, marked, until the list is settled', () => {
    const [a, b] = [conversation(), conversation()]
    const closed = { ...a, status: 'closed' as const, version: 2 }
    const state = takeFresh(list([a, b]), [closed], new Set())
    expect(ids(state.rows)).toEqual([a.id, b.id])
    expect(state.left).toEqual([a.id])
    expect(ids(settle(state, 'newest').rows)).toEqual([b.id])
  })

  it('an arrival that leaves again before it was shown is forgotten', () => {
    const fresh = conversation()
    const arrived = takeFresh(list([]), [fresh], all([fresh]))
    const gone = takeFresh(arrived, [{ ...fresh, status: 'closed', version: 2 }], new Set())
    expect(isSettled(gone)).toBe(true)
  })

  it('an answer that comes late does not undo a newer one', () => {
    const row = conversation({ version: 5, subject: 'newer' })
    const state = takeFresh(list([row]), [{ ...row, version: 4, subject: 'older' }], all([row]))
    expect(state.rows[0]!.subject).toBe('newer')
  })

  it('the next page never doubles a row that has arrived meanwhile', () => {
    const [a, b] = [conversation(), conversation()]
    const arrived = takeFresh(list([a], 'x'), [b], all([b]))
    const state = withNextPage(arrived, { items: [b], next: null })
    expect(ids(settle(state, 'newest').rows).filter((id) => id === b.id)).toHaveLength(1)
  })

  it('undoing a close of one’s own puts the row back to its place', () => {
    const rows = [1, 2, 3].map((day) => conversation({ last_message_at: `2026-11-1${4 - day}T00:00:00.000Z` }))
    const without = removeRows(list(rows), new Set([rows[1]!.id]))
    expect(ids(insertRow(without, rows[1]!, 'newest').rows)).toEqual(ids(rows))
  })
})

/** A small generator, so that a failing run can be repeated by its seed. */
function random(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return Math.floor((state / 4294967296) * below)
  }
}

describe('state + facts = fresh state', () => {
  const orders: Order[] = ['newest', 'oldest', 'waiting', 'priority']
  it.each(orders)('after any story the settled list equals one read anew (%s)', (order) => {
    for (let seed = 1; seed <= 200; seed++) {
      const pick = random(seed)
      const world = new Map(Array.from({ length: 8 }, () => conversation()).map((row) => [row.id, row]))
      const belongs = (row: Conversation) => row.status !== 'closed' && row.assignee === null
      const read = () => [...world.values()].filter(belongs).sort(compare(order))
      let state = list(read())
      for (let step = 0; step < 30; step++) {
        const touched = mutate(world, pick)
        // Facts may come several at a time, late and twice: the client always reads the named rows again.
        const fresh = touched.map((id) => world.get(id)!)
        state = takeFresh(state, fresh, new Set(ids(fresh.filter(belongs))))
        if (pick(6) === 0) state = settle(state, order)
      }
      expect(settle(state, order), `seed ${seed}`).toEqual(list(read()))
    }
  })
})

function mutate(world: Map<string, Conversation>, pick: (below: number) => number): string[] {
  if (pick(5) === 0) {
    const row = conversation({ last_message_at: time(pick) })
    world.set(row.id, row)
    return [row.id]
  }
  const rows = [...world.values()]
  return Array.from({ length: 1 + pick(3) }, () => {
    const row = rows[pick(rows.length)]!
    const current = world.get(row.id)!
    const changes: Partial<Conversation>[] = [
      { status: 'closed' }, { status: 'open' }, { assignee: { id: 'u', name: 'Kata' } }, { assignee: null },
      { priority: (['low', 'normal', 'high', 'urgent'] as const)[pick(4)]! }, { last_message_at: time(pick) }, { waiting_since: pick(2) ? time(pick) : null },
    ]
    world.set(row.id, { ...current, ...changes[pick(changes.length)], version: current.version + 1 })
    return row.id
  })
}

const time = (pick: (below: number) => number) => new Date(Date.UTC(2026, 10, 1 + pick(20), pick(24), pick(60))).toISOString()
