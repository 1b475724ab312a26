import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Channel, Conversation, ConversationDetail, Message, Order, Page, Status, Tag, Team, User, View } from '../../api/types'
import { fromPage, withNextPage, type ListState } from './list-state'

export interface ListParams { view: string; status?: Status; query?: string; order: Order }

const PAGE = 200
const MESSAGES = 50

export const listKey = (params: ListParams) => ['conversations', params] as const

/** Without undefined fields, so that two ways of saying the same list are one cache entry. */
export function listParams(view: string, search: { status?: Status; query?: string; order?: Order }): ListParams {
  return {
    view, order: search.order ?? 'newest',
    ...(search.status && { status: search.status }),
    ...(search.query && { query: search.query }),
  }
}

const fetchPage = (params: ListParams, more: { after?: string; ids?: string } = {}, signal?: AbortSignal) =>
  api.get<Page<Conversation>>('conversations', { ...params, limit: PAGE, ...more }, signal)

export const listQuery = (params: ListParams) => queryOptions({
  queryKey: listKey(params),
  queryFn: async ({ signal, client }): Promise<ListState> => {
    const loaded = client.getQueryData<ListState>(listKey(params))?.rows.length ?? 0
    let state = fromPage(await fetchPage(params, {}, signal))
    // Reading again keeps the depth that was scrolled to.
    while (state.next && state.rows.length < loaded) state = withNextPage(state, await fetchPage(params, { after: state.next }, signal))
    return state
  },
  staleTime: Infinity,
})

export async function loadNextPage(client: QueryClient, params: ListParams) {
  const after = client.getQueryData<ListState>(listKey(params))?.next
  if (!after) return
  const page = await fetchPage(params, { after })
  client.setQueryData<ListState>(listKey(params), (state) => (state?.next === after ? withNextPage(state, page) : state))
}

export const fetchMembers = (params: ListParams, ids: string[]) => fetchPage(params, { ids: ids.join(',') })
export const fetchByIds = (ids: string[]) => api.get<Page<Conversation>>('conversations', { ids: ids.join(','), limit: PAGE })

export const viewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: async ({ signal }) => (await api.get<Page<View>>('views', undefined, signal)).items,
  staleTime: Infinity,
})

export const conversationQuery = (id: string) => queryOptions({
  queryKey: ['conversation', id],
  queryFn: ({ signal }) => api.get<ConversationDetail>(`conversations/${id}`, undefined, signal),
})

export interface Thread { items: Message[]; before: string | null }

export const threadKey = (id: string) => ['messages', id] as const
export const threadQuery = (id: string) => queryOptions({
  queryKey: threadKey(id),
  queryFn: async ({ signal }): Promise<Thread> => {
    const page = await api.get<Page<Message>>(`conversations/${id}/messages`, { limit: MESSAGES }, signal)
    return { items: page.items, before: page.next }
  },
})

export async function loadOlder(client: QueryClient, id: string) {
  const before = client.getQueryData<Thread>(threadKey(id))?.before
  if (!before) return
  const page = await api.get<Page<Message>>(`conversations/${id}/messages`, { before, limit: MESSAGES })
  client.setQueryData<Thread>(threadKey(id), (thread) =>
    thread && { items: upsertMessages(thread.items, page.items), before: page.next })
}

/** By id; an answer of one's own also by the id it was given before the server knew it. */
export function upsertMessages(known: Message[], fresh: Message[]): Message[] {
  const sameAs = (a: Message) => (b: Message) => a.id === b.id || (a.client_id !== null && a.client_id === b.client_id)
  const rest = known.filter((old) => !fresh.some(sameAs(old)))
  return [...rest, ...fresh].sort((a, b) => a.seq - b.seq || (a.created_at < b.created_at ? -1 : 1))
}

export const putMessages = (client: QueryClient, id: string, fresh: Message[]) =>
  client.setQueryData<Thread>(threadKey(id), (thread) => thread && { ...thread, items: upsertMessages(thread.items, fresh) })

export const dropMessage = (client: QueryClient, id: string, message: string) =>
  client.setQueryData<Thread>(threadKey(id), (thread) =>
    thread && { ...thread, items: thread.items.filter((entry) => entry.id !== message && entry.client_id !== message) })

const all = <T,>(path: string) => queryOptions({
  queryKey: [path],
  queryFn: async ({ signal }) => {
    const items: T[] = []
    let after: string | null = null
    do {
      const page: Page<T> = await api.get<Page<T>>(path, { limit: 200, after }, signal)
      items.push(...page.items)
      after = page.next
    } while (after)
    return items
  },
})

export const usersQuery = all<User>('users')
export const teamsQuery = all<Team>('teams')
export const tagsQuery = all<Tag>('tags')
export const channelsQuery = all<Channel>('channels')
