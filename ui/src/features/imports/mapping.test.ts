import { describe, expect, it } from 'vitest'
import { allRows, assign, pace, seenLately } from './mapping'

describe('the mapping', () => {
  const headers = ['Kód', 'E-mail', 'E-mail 2', 'Város']

  it('gives a meaning that stands once from one column to another', () => {
    const columns = [{ as: 'user_id' as const }, { as: 'email' as const }, { as: 'email' as const }, { as: 'ignore' as const }]
    expect(assign(columns, headers, 3, 'user_id').map(({ as }) => as)).toEqual(['ignore', 'email', 'email', 'user_id'])
    expect(assign(columns, headers, 0, 'email').map(({ as }) => as)).toEqual(['email', 'email', 'email', 'ignore'])
  })

  it('names a field by its header, and none as another', () => {
    const columns = [{ as: 'trait' as const, name: 'Város', type: 'text' as const }, { as: 'email' as const }, { as: 'email' as const }, { as: 'ignore' as const }]
    expect(assign(columns, headers, 3, 'trait')[3]).toEqual({ as: 'trait', name: 'Város 2', type: 'text' })
    expect(assign(columns, headers, 1, 'trait')[1]).toEqual({ as: 'trait', name: 'E-mail', type: 'text' })
  })
})

describe('the progress', () => {
  const counts = { created: 20, changed: 5, unchanged: 0, wrong: 0 }

  it('knows all rows from the dry run, and guesses them without one', () => {
    const one = { state: 'running' as const, counts, progress: 0.25, dry_run: null }
    expect(allRows(one)).toBe(100)
    const dry = { counts: { created: 90, changed: 0, unchanged: 0, wrong: 3 }, progress: 1, first: [], finished_at: '2026-11-22T10:00:00Z' }
    expect(allRows({ ...one, dry_run: dry })).toBe(93)
    expect(allRows({ ...one, counts: { ...counts, created: 0, changed: 0 }, progress: 0 })).toBe(null)
  })

  it('tells the pace by what was seen lately, and forgets it when the work begins anew', () => {
    let samples = seenLately([], { at: 0, rows: 0, progress: 0 })
    expect(pace(samples)).toBe(null)
    samples = seenLately(samples, { at: 2_000, rows: 1_000, progress: 0.1 })
    expect(pace(samples)).toEqual({ rate: 500, left: 18 })
    expect(pace(seenLately(samples, { at: 3_000, rows: 0, progress: 0 }))).toBe(null)
    expect(seenLately(samples, { at: 60_000, rows: 2_000, progress: 0.2 })).toHaveLength(1)
  })
})
