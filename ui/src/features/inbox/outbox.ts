import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { api, ApiError } from '../../api/client'
import type { Attachment, Message, NewMessage, Page } from '../../api/types'
import { putMessages } from './queries'

/** An answer on its way: kept on the device until the server has it, sent in order, exactly once by its client id. */
export interface Outgoing {
  clientId: string
  conversation: string
  author: string
  body: NewMessage
  attachments: Attachment[]
  at: string
  state: 'sending' | 'waiting' | 'failed' | 'conflict'
  error?: string
  /** What a colleague answered meanwhile. */
  meanwhile?: Message | null
}

const STORED = 'kapocs.outbox'
const RETRY_MS = 8_000

let entries: Outgoing[] = load()
const listeners = new Set<() => void>()
let running = false

function load(): Outgoing[] {
  try {
    const stored = JSON.parse(localStorage.getItem(STORED) ?? '[]') as Outgoing[]
    return stored.map((entry) => (entry.state === 'sending' ? { ...entry, state: 'waiting' } : entry))
  } catch {
    return []
  }
}

function update(next: Outgoing[]) {
  entries = next
  try {
    if (next.length) localStorage.setItem(STORED, JSON.stringify(next))
    else localStorage.removeItem(STORED)
  } catch {
    // Without storage the queue lives as long as the page.
  }
  listeners.forEach((listener) => listener())
}

export type OutboxEvent = { kind: 'sent'; entry: Outgoing; message: Message } | { kind: 'stuck'; entry: Outgoing }
const followers = new Set<(event: OutboxEvent) => void>()
export function onOutbox(follower: (event: OutboxEvent) => void) {
  followers.add(follower)
  return () => {
    followers.delete(follower)
  }
}
const tell = (event: OutboxEvent) => followers.forEach((follower) => follower(event))

const patch = (clientId: string, change: Partial<Outgoing>) =>
  update(entries.map((entry) => (entry.clientId === clientId ? { ...entry, ...change } : entry)))

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useOutgoing(conversation: string, author: string): Outgoing[] {
  const all = useSyncExternalStore(subscribe, () => entries)
  return all.filter((entry) => entry.conversation === conversation && entry.author === author)
}

export const dropOutgoing = (clientId: string) => update(entries.filter((entry) => entry.clientId !== clientId))

export function enqueue(client: QueryClient, entry: Omit<Outgoing, 'state'>) {
  update([...entries, { ...entry, state: 'sending' }])
  return work(client, entry.author)
}

export function resend(client: QueryClient, clientId: string, change: Partial<NewMessage> = {}) {
  const entry = entries.find((one) => one.clientId === clientId)
  if (!entry) return
  patch(clientId, { state: 'waiting', error: undefined, body: { ...entry.body, ...change } })
  void work(client, entry.author)
}

/** Whenever there may be a connection again. Only what this user wrote: another's queue waits for its owner. */
export async function work(client: QueryClient, author: string) {
  if (running) return
  running = true
  try {
    let next: Outgoing | undefined
    const blocked = new Set<string>()
    while ((next = entries.find((entry) => entry.author === author && (entry.state === 'waiting' || entry.state === 'sending') && !blocked.has(entry.conversation)))) {
      if (!(await deliver(client, next))) blocked.add(next.conversation)
    }
    if (blocked.size) setTimeout(() => void work(client, author), RETRY_MS)
  } finally {
    running = false
  }
}

async function deliver(client: QueryClient, entry: Outgoing): Promise<boolean> {
  patch(entry.clientId, { state: 'sending' })
  try {
    const key = `${entry.clientId}${entry.body.override ? ':override' : ''}`
    const message = await api.post<Message>(`conversations/${entry.conversation}/messages`, { ...entry.body, client_id: entry.clientId }, key)
    putMessages(client, entry.conversation, [message])
    dropOutgoing(entry.clientId)
    haveSeen(entry.conversation, message.seq)
    tell({ kind: 'sent', entry, message })
    void client.invalidateQueries({ queryKey: ['conversation', entry.conversation] })
    return true
  } catch (error) {
    return await refused(client, entry, error)
  }
}

/** The server looked for answers of others up to this one; those queued behind it need not stumble over it. */
function haveSeen(conversation: string, seq: number) {
  update(entries.map((entry) => (entry.conversation === conversation && (entry.state === 'waiting' || entry.state === 'sending')
    ? { ...entry, body: { ...entry.body, seen_seq: Math.max(seq, entry.body.seen_seq ?? 0) } } : entry)))
}

async function refused(client: QueryClient, entry: Outgoing, error: unknown) {
  const failure = error instanceof ApiError ? error : new ApiError(0, 'unknown', String(error))
  if (failure.offline || failure.code === 'request_in_flight') {
    patch(entry.clientId, { state: 'waiting' })
    return false
  }
  if (failure.code === 'answered_meanwhile') patch(entry.clientId, { state: 'conflict', meanwhile: await answerSince(client, entry) })
  else patch(entry.clientId, { state: 'failed', error: failure.message })
  tell({ kind: 'stuck', entry })
  return true
}

/** Also brings the thread up to date, so that the next try has seen the answer. */
async function answerSince(client: QueryClient, { conversation, author, body }: Outgoing): Promise<Message | null> {
  const page = await api.get<Page<Message>>(`conversations/${conversation}/messages`, { after: body.seen_seq ?? 0, limit: 50 }).catch(() => null)
  if (page) putMessages(client, conversation, page.items)
  return page?.items.filter((message) => message.kind === 'out' && message.author.id !== author).at(-1) ?? null
}
