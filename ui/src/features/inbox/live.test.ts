import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, expect, it, vi } from 'vitest'
import { followInbox } from './live'
import { conversationQuery } from './queries'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const fact = { type: 'fact', cursor: '1', name: 'conversation.closed', conversation: 'c1', person: null, at: '', actor: { kind: 'system', id: '', name: '' }, payload: {} } as const

it('what could not be read again when it changed is read once the line is back', async () => {
  vi.useFakeTimers()
  let online = true
  let subject = 'old'
  vi.stubGlobal('fetch', async () => {
    if (!online) throw new TypeError('no network')
    return new Response(JSON.stringify({ id: 'c1', subject }))
  })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  await client.fetchQuery(conversationQuery('c1'))
  const inbox = followInbox(client)
  const seen = () => client.getQueryData<{ subject: string }>(conversationQuery('c1').queryKey)?.subject
  const leave = new QueryObserver(client, { ...conversationQuery('c1'), staleTime: Infinity }).subscribe(() => {})

  online = false
  subject = 'new'
  inbox.receive(fact as never)
  await vi.advanceTimersByTimeAsync(500)
  expect(seen()).toBe('old')
  online = true
  await vi.advanceTimersByTimeAsync(3_000)
  expect(seen()).toBe('new')
  inbox.stop()
  leave()
})
