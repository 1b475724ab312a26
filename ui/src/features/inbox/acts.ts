import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { api, ApiError } from '../../api/client'
import type { BatchAct, BatchRequest, Conversation, ConversationDetail, Ref, Status, Tag } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { Translate } from '../../i18n/language'
import { toast } from '../../ui/toast'
import { offerUndo } from '../commands/undo'
import { insertRow, patchRows, removeRows, takeFresh, type ListState } from './list-state'
import { conversationQuery, fetchByIds, fetchMembers, tagsQuery, teamsQuery, usersQuery, viewsQuery, type ListParams } from './queries'

type Patch = (row: Conversation) => Conversation

/** Shows a change before the server has confirmed it, in the list and in the open conversation. */
function patchEverywhere(client: QueryClient, ids: ReadonlySet<string>, patch: Patch) {
  client.setQueriesData<ListState>({ queryKey: ['conversations'] }, (state) => state && patchRows(state, ids, patch))
  for (const id of ids) {
    client.setQueryData<ConversationDetail>(conversationQuery(id).queryKey, (detail) => detail && { ...detail, ...patch(detail) })
  }
}

/** After an act of one's own the rows take their place at once: nobody is surprised by what they did themselves. */
async function settleOwn(client: QueryClient, params: ListParams, ids: string[]) {
  const [members, fresh] = await Promise.all([fetchMembers(params, ids), fetchByIds(ids)])
  const belongs = new Set(members.items.map((row) => row.id))
  client.setQueryData<ListState>(['conversations', params], (state) => {
    if (!state) return state
    const leavers = new Set(ids.filter((id) => !belongs.has(id)))
    const shown = new Set(state.rows.map((row) => row.id))
    let next = takeFresh(removeRows(state, leavers), fresh.items, belongs)
    for (const row of members.items) if (!shown.has(row.id)) next = insertRow(next, row, params.order)
    return next
  })
  for (const id of ids) {
    void client.invalidateQueries({ queryKey: ['conversation', id] })
    void client.invalidateQueries({ queryKey: ['messages', id] })
  }
  void client.invalidateQueries({ queryKey: viewsQuery.queryKey })
}

const LEAVES: Partial<Record<BatchAct['kind'], (view: string) => boolean>> = {
  close: (view) => view !== 'closed' && view !== 'mentions',
  snooze: (view) => view !== 'snoozed' && view !== 'mentions',
  spam: (view) => view !== 'spam' && view !== 'mentions',
}

export function useActs(params: ListParams) {
  const client = useQueryClient()
  const { t } = useI18n()

  const run = async (rows: Conversation[], patch: Patch, request: () => Promise<unknown>, leaves = false) => {
    const ids = rows.map((row) => row.id)
    const before = client.getQueryData<ListState>(['conversations', params])
    patchEverywhere(client, new Set(ids), patch)
    if (leaves) client.setQueryData<ListState>(['conversations', params], (state) => state && removeRows(state, new Set(ids)))
    try {
      const answer = await request()
      await settleOwn(client, params, ids).catch(() => undefined)
      return answer
    } catch (error) {
      client.setQueryData(['conversations', params], before)
      for (const id of ids) void client.invalidateQueries({ queryKey: ['conversation', id] })
      sayFailure(t, error)
      throw error
    }
  }

  const one = async (row: Conversation, act: BatchAct) => {
    const [request, inverse] = requests(row, act)
    const leaves = LEAVES[act.kind]?.(params.view) ?? false
    await run([row], patchOf(client, act), request, leaves)
    offerUndo(describe(t, client, act, 1, row), t('undo'), () => void run([row], () => row, inverse).catch(() => undefined))
  }

  /** One request for all of them; its undo brings back exactly what was. */
  const inBatch = async (rows: Conversation[], act: BatchAct, target: Pick<BatchRequest, 'ids' | 'filter'>) => {
    const leaves = LEAVES[act.kind]?.(params.view) ?? false
    let batch: { id: string; count: number } | undefined
    const request = async () => {
      batch = await api.post<{ id: string; count: number }>('conversation-batches', { ...target, act })
    }
    await run(rows, patchOf(client, act), request, leaves)
    if (!batch) return null
    const { id, count } = batch
    const undo = async () => {
      await api.delete(`conversation-batches/${id}`)
      await client.invalidateQueries({ queryKey: ['conversations'] })
      for (const row of rows) void client.invalidateQueries({ queryKey: ['conversation', row.id] })
      void client.invalidateQueries({ queryKey: viewsQuery.queryKey })
    }
    return { count, undo }
  }

  const many = async (rows: Conversation[], act: BatchAct, matching?: { count: number }) => {
    const { view, status, query } = params
    const done = await inBatch(rows, act, matching ? { filter: { view, status, query } } : { ids: rows.map((row) => row.id) })
    if (!done) return
    if (matching) void client.invalidateQueries({ queryKey: ['conversations'] })
    const only = rows.length === 1 && !matching ? rows[0] : undefined
    offerUndo(describe(t, client, act, done.count, only), t('undo'), () => void done.undo().catch((error: unknown) => sayFailure(t, error)))
  }

  const perform = (rows: Conversation[], act: BatchAct, matching?: { count: number }) => {
    const first = rows[0]
    if (!first) return
    // What spam was before, only the server can bring back.
    const done = rows.length === 1 && !matching && act.kind !== 'spam' ? one(first, act) : many(rows, act, matching)
    void done.catch(() => undefined)
  }

  const setStatus = (row: Conversation, status: 'open' | 'waiting') => {
    const request = (to: Status) => () => api.put(`conversations/${row.id}/status`, { status: to })
    void run([row], (old) => ({ ...old, status }), request(status))
      .then(() => offerUndo(t('done-status', { status: t(`status-${status}`) }), t('undo'), () =>
        void run([row], () => row, request(row.status === 'waiting' ? 'waiting' : 'open')).catch(() => undefined)))
      .catch(() => undefined)
  }

  const wake = (row: Conversation) => void run([row], (old) => ({ ...old, status: 'open', snoozed_until: null, snoozed_until_reply: false }),
    () => api.delete(`conversations/${row.id}/snooze`)).then(() => toast(t('done-woken'))).catch(() => undefined)

  const leavesSpam = params.view === 'spam'
  const notSpam = (row: Conversation) => {
    const path = `conversations/${row.id}/spam`
    void run([row], (old) => ({ ...old, spam: false, status: 'open', closed_at: null }), () => api.delete(path), leavesSpam)
      .then(() => offerUndo(t('done-not-spam', { number: row.number }), t('undo'), () => void run([row], () => row, () => api.put(path)).catch(() => undefined)))
      .catch(() => undefined)
  }

  /** Whoever is blocked is not wanted here either: the conversation goes where their next words will go. */
  const block = async (row: Conversation, name: string, leave: () => void) => {
    const path = `people/${row.person.id}/block`
    const readPerson = () => void client.invalidateQueries({ queryKey: ['person', row.person.id] })
    try {
      await api.put(path)
    } catch (error) {
      return sayFailure(t, error)
    }
    leave()
    readPerson()
    const batch = row.spam ? null : await inBatch([row], { kind: 'spam' }, { ids: [row.id] }).catch(() => null)
    const undo = async () => {
      await api.delete(path)
      readPerson()
      await batch?.undo()
    }
    offerUndo(t('done-blocked', { name }), t('undo'), () => void undo().catch((error: unknown) => sayFailure(t, error)))
  }

  const setSubject = (row: Conversation, subject: string) => void run([row], (old) => ({ ...old, subject }),
    () => api.put(`conversations/${row.id}/subject`, { subject })).catch(() => undefined)

  return { perform, setStatus, wake, notSpam, block, setSubject }
}

export function sayFailure(t: Translate, error: unknown) {
  const failure = error instanceof ApiError ? error : null
  toast(failure?.offline ? t('error-offline') : failure?.message || t('error-unknown'), {
    tone: 'danger', detail: failure?.requestId ? t('error-request-id', { id: failure.requestId }) : null,
  })
}

/** Quietly: read and unread are states of a list, not acts worth a notice. */
export function useMarkRead(params: ListParams) {
  const client = useQueryClient()
  return (row: Conversation, unread: boolean) => {
    if (row.unread === unread) return
    patchEverywhere(client, new Set([row.id]), (old) => ({ ...old, unread }))
    const path = `conversations/${row.id}/read`
    const request = unread ? api.delete(path) : api.put(path, { seq: row.last_seq })
    void request.then(() => client.invalidateQueries({ queryKey: ['needs-me'] })).catch(() => client.invalidateQueries({ queryKey: ['conversations', params] }))
  }
}

function requests(row: Conversation, act: BatchAct): [() => Promise<unknown>, () => Promise<unknown>] {
  const path = `conversations/${row.id}`
  switch (act.kind) {
    case 'close': return [() => api.post(`${path}/closure`), () => api.delete(`${path}/closure`)]
    case 'spam': throw new Error('spam is undone by its batch')
    case 'reopen': return [() => api.delete(`${path}/closure`), () => api.post(`${path}/closure`)]
    case 'assign': return [() => api.put(`${path}/assignee`, { user_id: act.user_id }), () => api.put(`${path}/assignee`, { user_id: row.assignee?.id ?? null })]
    case 'team': return [() => api.put(`${path}/team`, { team_id: act.team_id }), () => api.put(`${path}/team`, { team_id: row.team?.id ?? null })]
    case 'priority': return [() => api.put(`${path}/priority`, { priority: act.priority }), () => api.put(`${path}/priority`, { priority: row.priority })]
    case 'tag': return [() => api.put(`${path}/tags/${act.tag_id}`), () => api.delete(`${path}/tags/${act.tag_id}`)]
    case 'untag': return [() => api.delete(`${path}/tags/${act.tag_id}`), () => api.put(`${path}/tags/${act.tag_id}`)]
    case 'snooze': {
      const { until, until_reply } = act
      return [() => api.put(`${path}/snooze`, { until, until_reply }), () => api.delete(`${path}/snooze`)]
    }
  }
}

function named<T extends Ref>(client: QueryClient, key: readonly unknown[], id: string | null): T | null {
  return client.getQueryData<T[]>(key)?.find((entry) => entry.id === id) ?? null
}

function patchOf(client: QueryClient, act: BatchAct): Patch {
  switch (act.kind) {
    case 'close': return (row) => ({ ...row, status: 'closed' })
    case 'spam': return (row) => ({ ...row, status: 'closed', spam: true })
    case 'reopen': return (row) => ({ ...row, status: 'open', closed_at: null, spam: false })
    case 'priority': return (row) => ({ ...row, priority: act.priority })
    case 'assign': return (row) => ({ ...row, assignee: named(client, usersQuery.queryKey, act.user_id) })
    case 'team': return (row) => ({ ...row, team: named(client, teamsQuery.queryKey, act.team_id) })
    case 'snooze': return (row) => ({ ...row, status: 'snoozed', snoozed_until: act.until ?? null, snoozed_until_reply: act.until_reply ?? false })
    case 'untag': return (row) => ({ ...row, tags: row.tags.filter((tag) => tag.id !== act.tag_id) })
    case 'tag': {
      const tag = named<Tag>(client, tagsQuery.queryKey, act.tag_id)
      return (row) => (tag && !row.tags.some((one) => one.id === tag.id) ? { ...row, tags: [...row.tags, tag] } : row)
    }
  }
}

function describe(t: Translate, client: QueryClient, act: BatchAct, count: number, row?: Conversation): string {
  const number = row?.number ?? ''
  const kind = count === 1 && row ? 'one' : 'many'
  switch (act.kind) {
    case 'close': return t(`done-close-${kind}`, { count, number })
    case 'spam': return t(`done-spam-${kind}`, { count, number })
    case 'reopen': return t(`done-reopen-${kind}`, { count, number })
    case 'snooze': return t(`done-snooze-${kind}`, { count, number })
    case 'assign': {
      const name = named(client, usersQuery.queryKey, act.user_id)?.name
      return name ? t(`done-assign-${kind}`, { count, name, number }) : t(`done-unassign-${kind}`, { count, number })
    }
    case 'team': {
      const name = named(client, teamsQuery.queryKey, act.team_id)?.name
      return name ? t(`done-team-${kind}`, { count, name, number }) : t(`done-noteam-${kind}`, { count, number })
    }
    case 'priority': return t(`done-priority-${kind}`, { count, number, priority: t(`priority-${act.priority}`) })
    case 'tag': case 'untag': {
      const name = named(client, tagsQuery.queryKey, act.tag_id)?.name ?? ''
      return t(`done-${act.kind}-${kind}`, { count, number, name })
    }
  }
}
