import { expect, test } from 'vitest'
import type { SeenCall } from '../../api/types'
import { asCurl, EMPTY, flow, passes, SHOWN, take } from './stream'

const call = (number: number, more: Partial<SeenCall> = {}): SeenCall => ({
  number, received_at: '', at: null, key: 'k', kind: 'track', name: 'Order Completed', user_id: null, anonymous_id: 'a-1', person: null,
  outcome: 'accepted', refusal: null, warnings: [], violations: [], set_aside: null, body: {}, ...more,
})
const numbers = (calls: SeenCall[]) => calls.map(({ number }) => number)

test('the newest stands first, and what was heard before is heard once', () => {
  const stream = take(take(EMPTY, [call(1), call(2)], false), [call(2), call(3)], false)
  expect(numbers(stream.shown)).toEqual([3, 2, 1])
})

test('while the screen stands still new calls wait, and come when it moves on', () => {
  const still = take(take(EMPTY, [call(1)], false), [call(2), call(3)], true)
  expect([numbers(still.shown), numbers(still.waiting)]).toEqual([[1], [3, 2]])
  expect(numbers(flow(still).shown)).toEqual([3, 2, 1])
})

test('what went by between two readings is counted, and the screen stays bounded', () => {
  const stream = take(take(EMPTY, [call(1)], false), Array.from({ length: SHOWN + 50 }, (_, at) => call(101 + at)), false)
  expect(stream.missed).toBe(99)
  expect(stream.shown).toHaveLength(SHOWN)
})

test('a server that counts anew is followed', () => {
  const stream = take(take(EMPTY, [call(40), call(41)], false), [call(1)], false)
  expect(stream.last).toBe(1)
  expect(numbers(stream.shown)).toEqual([1])
})

test('calls are found by outcome, name, person and reason', () => {
  const refused = call(1, { outcome: 'refused', name: null, refusal: { code: 'no_event', message: '' } })
  expect([passes(refused, { outcome: 'refused', words: 'NO_EV' }), passes(refused, { outcome: 'accepted', words: '' })]).toEqual([true, false])
  expect(passes(call(1), { outcome: 'all', words: 'a-1' })).toBe(true)
})

test('a call is written for a shell so that no quote of its own ends it, and as a new one', () => {
  expect(asCurl('https://k.example', 'track', { messageId: 'm-1', event: 'x' })).toContain(`'{"event":"x"}'`)
  expect(asCurl('https://k.example', 'track', { event: "it's" })).toContain(`'{"event":"it'\\''s"}'`)
})
