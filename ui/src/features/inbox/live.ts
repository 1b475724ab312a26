import type { QueryClient } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Conversation, LiveServerMessage, Message, Page, View } from '../../api/types'
import { AGAIN_MS, passes, readAgain } from '../live/read-again'
import { isSettled, settle, takeFresh, type ListState } from './list-state'
import { conversationQuery, fetchByIds, fetchMembers, putMessages, threadKey, viewsQuery, type ListParams, type Thread } from './queries'

const GATHER_MS = 80
const BATCH = 100
const PAGE = 200

/** True while the rows of a list may move: it is at its top and neither the pointer nor the focus is in it. */
export const listMayMove = { current: true }

/** Facts say which conversations to read again; a burst of them is read once. */
export function followInbox(client: QueryClient) {
  const ids = new Set<string>()
  const reread = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  let busy = false

  // One after the other: an older answer that comes later would undo a newer one.
  const flush = async () => {
    timer = undefined
    if (busy) return due([], GATHER_MS)
    busy = true
    await readDue()
    busy = false
  }

  const readDue = async () => {
    const batch = [...ids]
    const whole = [...reread]
    ids.clear()
    reread.clear()
    for (let start = 0; start < batch.length; start += BATCH) {
      const part = batch.slice(start, start + BATCH)
      await refreshLists(client, part).catch((error: unknown) => passes(error) && due(part, AGAIN_MS))
    }
    await Promise.all(batch.map((id) => refreshOpen(client, id, whole.includes(id)).catch((error: unknown) => {
      if (!passes(error)) return
      if (whole.includes(id)) reread.add(id)
      due([id], AGAIN_MS)
    })))
  }

  const due = (conversations: string[], wait: number) => {
    for (const id of conversations) ids.add(id)
    if (!stopped) timer ??= setTimeout(() => void flush(), wait)
  }

  const receive = (message: LiveServerMessage) => {
    if (message.type === 'views') applyViews(client, message.views)
    if (message.type === 'reset') readEverythingAgain(client)
    if (message.type !== 'fact') return
    if (message.name.startsWith('channel.')) void readAgain(client, ['channels'])
    if (message.name.startsWith('quarantine.')) void readAgain(client, ['quarantine'])
    if (!message.conversation) return
    if (/^message\.(undone|delivery_changed|separated)$/.test(message.name)) reread.add(message.conversation)
    due([message.conversation], GATHER_MS)
  }

  const stop = () => {
    stopped = true
    clearTimeout(timer)
  }
  return { receive, stop }
}

/** The server decides what belongs to a list: the same question, narrowed to the ids that changed. */
export async function refreshLists(client: QueryClient, ids: string[]) {
  const lists = client.getQueryCache().findAll({ queryKey: ['conversations'] })
  const active = lists.filter((query) => query.isActive())
  for (const query of lists) if (!query.isActive()) client.removeQueries({ queryKey: query.queryKey, exact: true })
  if (!active.length) return
  const everything = fetchByIds(ids)
  for (const query of active) {
    const params = query.queryKey[1] as ListParams
    const [members, fresh] = await Promise.all([fetchMembers(params, ids), everything])
    client.setQueryData<ListState>(query.queryKey, (state) => state && applyFresh(state, fresh.items, members.items, params))
  }
}

function applyFresh(state: ListState, fresh: Conversation[], members: Conversation[], params: ListParams): ListState {
  const next = takeFresh(state, fresh, new Set(members.map((row) => row.id)))
  return listMayMove.current && !isSettled(next) ? settle(next, params.order) : next
}

/** Fails when something that is open could not be read again. */
async function refreshOpen(client: QueryClient, id: string, whole: boolean) {
  const strict = { throwOnError: true }
  const conversation = client.invalidateQueries({ queryKey: conversationQuery(id).queryKey }, strict)
  const thread = client.getQueryData<Thread>(threadKey(id))
  const isShort = whole || thread?.items.length === 0
  const messages = thread && (isShort ? client.invalidateQueries({ queryKey: threadKey(id) }, strict) : readAfter(client, id, thread))
  await Promise.all([conversation, messages])
}

async function readAfter(client: QueryClient, id: string, thread: Thread) {
  const last = Math.max(0, ...thread.items.filter((message) => Number.isFinite(message.seq)).map((message) => message.seq))
  for (let after = last, full = true; full;) {
    const page = await api.get<Page<Message>>(`conversations/${id}/messages`, { after, limit: PAGE })
    if (page.items.length) putMessages(client, id, page.items)
    full = page.items.length === PAGE
    after = Math.max(after, ...page.items.map((message) => message.seq))
  }
}

function applyViews(client: QueryClient, counts: Record<string, number>) {
  client.setQueryData<View[]>(viewsQuery.queryKey, (views) =>
    views?.map((view) => (counts[view.key] === undefined ? view : { ...view, count: counts[view.key]! })))
}

function readEverythingAgain(client: QueryClient) {
  for (const queryKey of [['views'], ['conversations'], ['conversation'], ['messages']]) void readAgain(client, queryKey)
}
