import type { Conversation } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { useCommands, type Command } from '../commands/store'
import { can, useMe } from '../session/queries'
import type { useActs, useMarkRead } from './acts'
import type { SetSelection } from './inbox'
import type { ListParams } from './queries'
import { markAll, NOTHING, toggle, type Selection } from './selection'

interface Props {
  rows: Conversation[]
  targets: Conversation[]
  current: Conversation | null
  params: ListParams
  selection: Selection
  setSelection: SetSelection
  onMove: (step: number, extend: boolean) => void
  acts: ReturnType<typeof useActs>
  markRead: ReturnType<typeof useMarkRead>
  afterClose: (closed: Conversation[]) => void
  goTo: (id: string) => void
  back: () => void
  panelOn: boolean
  setPanel: (on: boolean) => void
  openConversation: string | null
  compose: () => void
}

/** The keys of the list. Those of the open conversation are offered by its own pane. */
export function useInboxKeys(props: Props) {
  const { t } = useI18n()
  const me = useMe()
  const { rows, targets, current, selection, setSelection, onMove, acts, openConversation } = props
  const putAway = (list: Conversation[], kind: 'close' | 'spam') => {
    if (!list.length) return
    props.afterClose(list)
    setSelection(() => NOTHING)
    acts.perform(list, { kind }, selection.matching ? { count: selection.marked.size } : undefined)
  }
  const close = () => putAway(targets.filter((row) => row.status !== 'closed'), 'close')
  const spam = () => putAway(targets.filter((row) => !row.spam), 'spam')
  const answering: Command[] = can(me).answer ? [
    { id: 'compose', label: t('new-conversation'), group: 'action', keys: ['C'], run: props.compose },
    { id: 'close', label: t('close'), group: 'action', keys: ['E'], run: close },
    { id: 'reopen', label: t('reopen'), group: 'action', keys: ['Shift+E'], run: () => acts.perform(targets.filter((row) => row.status === 'closed'), { kind: 'reopen' }) },
    { id: 'spam', label: t('mark-spam'), group: 'action', run: spam },
    { id: 'assign-me', label: t('assign-me'), group: 'action', keys: ['M'], run: () => acts.perform(targets, { kind: 'assign', user_id: me.id }) },
    { id: 'mark-unread', label: t('mark-unread'), group: 'action', keys: ['U'], run: () => {
      for (const row of targets) props.markRead(row, true)
      if (openConversation && targets.some((row) => row.id === openConversation)) props.back()
    } },
  ] : []
  const moving: Command[] = [
    { id: 'next', label: t('next'), group: 'action', keys: ['J'], run: () => onMove(1, false), unlisted: true },
    { id: 'previous', label: t('previous'), group: 'action', keys: ['K'], run: () => onMove(-1, false), unlisted: true },
    { id: 'extend-down', label: t('mark-extend'), group: 'action', keys: ['Shift+J', 'Shift+ArrowDown'], run: () => onMove(1, true), unlisted: true },
    { id: 'extend-up', label: t('mark-extend'), group: 'action', keys: ['Shift+K', 'Shift+ArrowUp'], run: () => onMove(-1, true), unlisted: true },
    { id: 'mark', label: t('mark'), group: 'action', keys: ['X'], run: () => current && setSelection((old) => toggle(old, current.id)) },
    { id: 'mark-all', label: t('mark-all'), group: 'action', keys: ['Mod+A'], run: () => setSelection(() => markAll(rows.map((row) => row.id))) },
    { id: 'open', label: t('open'), group: 'action', keys: ['Enter'], run: () => current && props.goTo(current.id), unlisted: true },
    { id: 'back', label: t('back'), group: 'action', keys: ['Escape'], unlisted: true, run: () => {
      if (selection.marked.size) setSelection(() => NOTHING)
      else if (openConversation) props.back()
    } },
    { id: 'search-list', label: t('search-list'), group: 'action', keys: ['/'], run: () => document.querySelector<HTMLInputElement>('#list-search')?.focus() },
  ]
  const panel: Command[] = openConversation
    ? [{ id: 'customer-panel', label: t('customer-panel'), group: 'action', keys: ['I'], run: () => props.setPanel(!props.panelOn) }] : []
  useCommands([...answering, ...panel, ...moving])
}
