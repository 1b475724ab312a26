import { expect, test } from 'vitest'
import type { Channel } from '../../api/types'
import { doneSteps, openSteps, type Facts } from './steps'

const channel = (kind: Channel['kind'], last_in_at: string | null) => ({ kind, health: { last_in_at } }) as Channel
const fresh: Facts = { zone: 'UTC', localZone: 'Europe/Budapest', channels: [], colleagues: 1, conversations: 0 }

test('in a new workspace everything is still to be done', () => {
  expect(openSteps(doneSteps(fresh), [])).toEqual(['zone', 'channel', 'colleague', 'message', 'chat'])
})

test('a chat counts as on a page once somebody wrote in it', () => {
  const silent = doneSteps({ ...fresh, channels: [channel('chat', null)] })
  expect([silent.has('channel'), silent.has('chat')]).toEqual([true, false])
  expect(doneSteps({ ...fresh, channels: [channel('chat', '2026-11-22T10:00:00Z')] }).has('chat')).toBe(true)
  expect(doneSteps({ ...fresh, channels: [channel('email', '2026-11-22T10:00:00Z')] }).has('chat')).toBe(false)
})

test('what was skipped is left out, and nothing is left when the rest is done', () => {
  const done = doneSteps({ zone: 'Europe/Budapest', localZone: 'Europe/Budapest', channels: [channel('email', null)], colleagues: 3, conversations: 2 })
  expect(openSteps(done, [])).toEqual(['chat'])
  expect(openSteps(done, ['chat'])).toEqual([])
})
