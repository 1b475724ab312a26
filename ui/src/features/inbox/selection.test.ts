import { describe, expect, it } from 'vitest'
import { extend, NOTHING, toggle, within } from './selection'

const order = ['a', 'b', 'c', 'd', 'e']

describe('marking', () => {
  it('extends from where it began, in both directions', () => {
    expect([...extend(toggle(NOTHING, 'c'), order, 'e').marked]).toEqual(['c', 'd', 'e'])
    expect([...extend(toggle(NOTHING, 'c'), order, 'a').marked].sort()).toEqual(['a', 'b', 'c'])
  })
  it('forgets rows that have left the list', () => {
    expect([...within(extend(toggle(NOTHING, 'a'), order, 'c'), ['a', 'c']).marked]).toEqual(['a', 'c'])
  })
})
