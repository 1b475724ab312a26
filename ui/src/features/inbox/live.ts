import type { QueryClient } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Conversation, LiveServerMessage, Message, Page, View } from '../../api/types'
import { isSettled, settle, takeFresh, type ListState } from './list-state'
import { conversationQuery, fetchByIds, fetchMembers, putMessages, threadKey, viewsQuery, type ListParams, type Thread } from './queries'

const GATHER_MS = 80
const BATCH = 100

/** True while the rows of a list may move: it is at its top and neither the pointer nor the focus is in it. */
export const listMayMove = { current: true }

/** Facts say which conversations to read again; a burst of them is read once. */
export function followInbox(client: QueryClient) {
  const ids = new Set<string>()
  const reread = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = async () => {
    timer = undefined
    const batch = [...ids]
    const whole = [...reread]
    ids.clear()
    reread.clear()
    for (let start = 0; start < batch.length; start += BATCH) {
      await refreshLists(client, batch.slice(start, start + BATCH)).catch(() => undefined)
    }
    for (const id of batch) refreshOpen(client, id, whole.includes(id))
  }

  const receive = (message: LiveServerMessage) => {
    if (message.type === 'views') applyViews(client, message.views)
    if (message.type === 'reset') readEverythingAgain(client)
    if (message.type !== 'fact') return
    if (message.name.startsWith('channel.')) void client.invalidateQueries({ queryKey: ['channels'] })
    if (message.name.startsWith('quarantine.')) void client.invalidateQueries({ queryKey: ['quarantine'] })
    if (!message.conversation) return
    ids.add(message.conversation)
    if (/^message\.(undone|delivery_changed|separated)$/.test(message.name)) reread.add(message.conversation)
    timer ??= setTimeout(() => void flush(), GATHER_MS)
  }

  return { receive, stop: () => clearTimeout(timer) }
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

function refreshOpen(client: QueryClient, id: string, whole: boolean) {
  void client.invalidateQueries({ queryKey: conversationQuery(id).queryKey })
  const thread = client.getQueryData<Thread>(threadKey(id))
  if (!thread) return
  if (whole || thread.items.length === 0) void client.invalidateQueries({ queryKey: threadKey(id) })
  else void readAfter(client, id, thread)
}

async function readAfter(client: QueryClient, id: string, thread: Thread) {
  const last = Math.max(0, ...thread.items.filter((message) => Number.isFinite(message.seq)).map((message) => message.seq))
  const page = await api.get<Page<Message>>(`conversations/${id}/messages`, { after: last, limit: 200 }).catch(() => null)
  if (!page) return void client.invalidateQueries({ queryKey: threadKey(id) })
  if (page.items.length) putMessages(client, id, page.items)
}

function applyViews(client: QueryClient, counts: Record<string, number>) {
  client.setQueryData<View[]>(viewsQuery.queryKey, (views) =>
    views?.map((view) => (counts[view.key] === undefined ? view : { ...view, count: counts[view.key]! })))
}

function readEverythingAgain(client: QueryClient) {
  for (const queryKey of [['views'], ['conversations'], ['conversation'], ['messages']]) void client.invalidateQueries({ queryKey })
}
