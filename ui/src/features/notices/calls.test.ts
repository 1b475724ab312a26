import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../../api/client'
import type { Conversation, LiveFact } from '../../api/types'
import { conversation } from '../inbox/fixtures.test-support'
import { followCalls, whatNeedsMe, type Call } from './calls'

const ME = 'anna'
const mine = (change: Partial<Conversation> = {}) => conversation({ assignee: { id: ME, name: 'Anna' }, unread: true, ...change })
const fact = (name: string, about: Conversation, payload: LiveFact['payload'] = {}, actor = 'kata'): LiveFact => ({
  type: 'fact', cursor: '1', name, conversation: about.id, person: null, at: '2026-11-22T08:00:00.000Z', actor: { kind: 'user', id: actor }, payload,
})

describe('what calls somebody', () => {
  let rows: Conversation[]
  let told: [Call['cause'], string][]
  let recounted: number
  let reads: string[][]
  let counted: string[]
  let read: (ids: string[]) => Promise<Conversation[]>
  let calls: ReturnType<typeof followCalls>
  const hear = async (...facts: LiveFact[]) => {
    facts.forEach(calls.receive)
    await vi.advanceTimersByTimeAsync(400)
  }

  beforeEach(() => {
    vi.useFakeTimers()
    rows = []
    told = []
    reads = []
    counted = []
    recounted = 0
    read = (ids) => Promise.resolve(rows.filter((row) => ids.includes(row.id)))
    calls = followCalls({
      me: ME, recount: () => { recounted++ }, counted: (id) => counted.includes(id), tell: (call, row) => told.push([call.cause, row.id]),
      read: (ids) => {
        reads.push(ids)
        return read(ids)
      },
    })
  })
  afterEach(() => {
    calls.stop()
    vi.useRealTimers()
  })

  it('a message in a conversation of my own does, in one of a colleague it does not', async () => {
    const [own, other] = [mine(), conversation({ assignee: { id: 'kata', name: 'Kata' }, unread: true })]
    rows = [own, other]
    await hear(fact('message.received', own), fact('message.received', other))
    expect(told).toEqual([['message', own.id]])
  })

  it('a message that was read meanwhile, or that a machine sent, does not', async () => {
    const [seen, automatic] = [mine({ unread: false }), mine()]
    rows = [seen, automatic]
    await hear(fact('message.received', seen), fact('message.received', automatic, { automatic: true }))
    expect(told).toEqual([])
  })

  it('my name in a note does, whoever owns the conversation; a name that is not mine, or that I wrote, does not', async () => {
    const [a, b, c] = [conversation(), conversation(), conversation()]
    rows = [a, b, c]
    await hear(fact('mention.added', a, { user: ME }), fact('mention.added', b, { user: 'bela' }), fact('mention.added', c, { user: ME }, ME))
    expect(told).toEqual([['mention', a.id]])
  })

  it('a burst in one conversation is read once and told once', async () => {
    const own = mine()
    rows = [own]
    await hear(fact('message.received', own), fact('mention.added', own, { user: ME }), fact('message.received', own))
    expect([reads, told]).toEqual([[[own.id]], [['mention', own.id]]])
  })

  it('what could not be read for want of a line is told when it can be', async () => {
    const own = mine()
    rows = [own]
    const works = read
    read = () => Promise.reject(new ApiError(0, 'offline', ''))
    await hear(fact('message.received', own))
    read = works
    await vi.advanceTimersByTimeAsync(2_000)
    expect(told).toEqual([['message', own.id]])
  })

  it('the number is counted again when something of mine moves, and only then', async () => {
    const [own, other] = [mine(), conversation()]
    rows = [own, other]
    await hear(fact('message.received', other), fact('conversation.tagged', own))
    expect(recounted).toBe(0)
    await hear(fact('conversation.assigned', own))
    rows = [{ ...own, assignee: null }]
    counted = [own.id]
    await hear(fact('conversation.assigned', own))
    expect(recounted).toBe(2)
  })
})

it('a conversation that is unread and mentions me counts once', () => {
  const [a, b, c] = [mine(), mine({ unread: false }), conversation()]
  expect(whatNeedsMe([a, b], [a, c])).toEqual([a.id, c.id])
})
