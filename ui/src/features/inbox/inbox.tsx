import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate, useParams } from '@tanstack/react-router'
import { MessagesSquare } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type MouseEvent } from 'react'
import type { Conversation } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { ONE_PANE, storedNumber, storeNumber, useMedia, WIDE } from '../../ui/media'
import { Resizer } from '../../ui/resizer'
import { Empty } from '../../ui/state'
import { Checklist, useFirstSteps } from '../onboarding/checklist'
import { useActs, useMarkRead } from './acts'
import { BulkBar } from './bulk-bar'
import { ConversationPane } from './conversation'
import { CustomerPanel } from './customer-panel'
import { useInboxKeys } from './inbox-keys'
import { ConversationList } from './list'
import { ListHeader } from './list-header'
import { NewConversation } from './new-conversation'
import { conversationQuery, listParams, listQuery } from './queries'
import { extend, NOTHING, toggle, within, type Selection } from './selection'
import { ViewList } from './views'
import './inbox.css'
import './list.css'

const route = getRouteApi('/shell/inbox/$view')
const FOLLOW_MS = 180

export function Inbox() {
  const { view } = route.useParams()
  const search = route.useSearch()
  const open = (useParams({ strict: false }) as { conversation?: string }).conversation ?? null
  const params = useMemo(() => listParams(view, search), [view, search.status, search.query, search.order])
  const list = useQuery(listQuery(params))
  const rows = list.data?.rows ?? NO_ROWS
  const wide = useMedia(WIDE)
  const onePane = useMedia(ONE_PANE)
  const [selection, setSelection] = useState(NOTHING)
  const [composing, setComposing] = useState(false)
  const [widths, setWidths] = usePaneWidths()
  const { cursor, move, goTo, back } = useCursor(rows, open, onePane)
  const acts = useActs(params)
  const markRead = useMarkRead(params)
  const panelOn = search.panel ? search.panel === 'on' : wide
  const navigate = useNavigate()
  const { t } = useI18n()
  const order = rows.map((row) => row.id)
  const marked = within(selection, order)
  // A conversation opened from a link is worked on although the list does not hold it, or not yet.
  const opened = useQuery({ ...conversationQuery(open ?? ''), enabled: open !== null }).data
  const current = rows.find((row) => row.id === cursor) ?? (opened?.id === cursor ? opened : null)
  const targets = marked.marked.size > 0 ? rows.filter((row) => marked.marked.has(row.id)) : current ? [current] : []

  useEffect(() => setSelection(NOTHING), [params])

  const setPanel = (on: boolean) => void navigate({ to: '.', search: (old) => ({ ...old, panel: on === wide ? undefined : on ? 'on' : 'off' }) as never, replace: true })
  const onMove = (step: number, extending: boolean) => {
    const reached = move(step)
    if (extending && reached) setSelection((old) => extend(old.marked.size || !cursor ? old : toggle(old, cursor), order, reached))
  }
  const onMark = (id: string, event: MouseEvent) => setSelection((old) => (event.shiftKey ? extend(old, order, id) : toggle(old, id)))
  const onOpen = (id: string, event?: MouseEvent) => {
    if (event?.shiftKey) return setSelection((old) => extend(old, order, id))
    if (event?.ctrlKey || event?.metaKey) return setSelection((old) => toggle(old, id))
    goTo(id)
  }
  /** The next row takes the place of the one that is leaving. */
  const afterClose = (closed: Conversation[]) => {
    const gone = new Set(closed.map((row) => row.id))
    const from = rows.findIndex((row) => row.id === cursor)
    const next = rows.slice(from + 1).find((row) => !gone.has(row.id)) ?? rows.slice(0, Math.max(0, from)).reverse().find((row) => !gone.has(row.id))
    if (!open || !gone.has(open)) return
    if (next && !onePane) goTo(next.id)
    else back()
  }

  useInboxKeys({
    rows, targets, current, params, selection: marked, setSelection, onMove, acts, markRead, afterClose, goTo, back, panelOn, setPanel,
    openConversation: open, compose: () => setComposing(true),
  })

  // The open conversation and its customer are not drawn again at each step through the list.
  const latest = useRef({ afterClose, back, acts, setPanel, setWidths, panelOn, widths })
  latest.current = { afterClose, back, acts, setPanel, setWidths, panelOn, widths }
  const conversation = useMemo(() => open && (
    <ConversationPane
      key={open} id={open} params={params} acts={latest.current.acts} isMain={onePane} panelOn={panelOn} onBack={() => latest.current.back()}
      onPanel={() => latest.current.setPanel(!latest.current.panelOn)} onClosed={(closed) => latest.current.afterClose(closed)}
    />
  ), [open, params, onePane, panelOn, t])
  const panel = useMemo(() => open && panelOn && (
    <CustomerPanel
      conversation={open} overlay={!wide} isMain={onePane} onClose={() => latest.current.setPanel(false)}
      resizer={wide && <Resizer label={t('resize-panel')} width={widths.panel} min={260} max={460} reverse onResize={(panel) => latest.current.setWidths({ ...latest.current.widths, panel })} />}
    />
  ), [open, panelOn, wide, onePane, widths.panel, t])

  const pane = open ? 'conversation' : 'list'
  return (
    <div className="screen inbox" data-pane={panelOn && open && onePane ? 'panel' : pane} data-panel={panelOn && open ? 'on' : 'off'} style={{ '--list-w': `${widths.list}px`, '--aside-w': `${widths.panel}px` } as React.CSSProperties}>
      <ViewList view={view} onCompose={() => setComposing(true)} />
      <section className="inbox__list" role={onePane ? 'main' : undefined} aria-label={t('conversation-list')}>
        <ListHeader
          view={view} params={params} rows={rows} more={!!list.data?.next} selection={marked} setSelection={setSelection} isMain={!onePane || !open}
          onCompose={() => setComposing(true)}
        />
        <ConversationList
          params={params} list={list} open={open} cursor={cursor} selection={marked} onOpen={onOpen} onMark={onMark} onMove={onMove}
          onClearFilters={() => void navigate({ to: '.', search: (old) => ({ ...old, query: undefined, status: undefined }) as never })}
        />
        <BulkBar selection={marked} rows={rows} params={params} acts={acts} more={!!list.data?.next} setSelection={setSelection} />
        {!onePane && <Resizer label={t('resize-list')} width={widths.list} min={260} max={520} onResize={(list) => setWidths({ ...widths, list })} />}
      </section>
      <main className="inbox__main" id="main" tabIndex={-1}>
        {conversation
          || <div className="inbox__nothing scroll"><Nothing /></div>}
      </main>
      {panel}
      <NewConversation isOpen={composing} onOpen={() => setComposing(true)} onClose={() => setComposing(false)} onStarted={goTo} />
    </div>
  )
}

/** Where a conversation would be: what a new workspace still needs, or how to open one. */
function Nothing() {
  const { t } = useI18n()
  const steps = useFirstSteps()
  if (steps === undefined) return null
  if (steps) return <Checklist steps={steps} />
  return <Empty icon={MessagesSquare} title={t('choose-conversation')}>{t('choose-conversation-text')}</Empty>
}

const NO_ROWS: Conversation[] = []

function usePaneWidths() {
  const [widths, set] = useState(() => ({ list: storedNumber('list-width', 340), panel: storedNumber('panel-width', 312) }))
  const save = (next: typeof widths) => {
    set(next)
    storeNumber('list-width', next.list)
    storeNumber('panel-width', next.panel)
  }
  return [widths, save] as const
}

/** Where the keyboard stands. With a conversation open it leads, after a short rest, to the one it stands on. */
function useCursor(rows: Conversation[], open: string | null, onePane: boolean) {
  const navigate = useNavigate()
  const { view } = route.useParams()
  const [cursor, setCursor] = useState(open)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    if (open) setCursor(open)
  }, [open])
  useEffect(() => () => clearTimeout(timer.current), [])

  const goTo = (id: string) => {
    clearTimeout(timer.current)
    setCursor(id)
    void navigate({ to: '/inbox/$view/$conversation', params: { view, conversation: id }, search: (old) => old as never, replace: open !== null && !onePane })
  }
  const back = () => {
    clearTimeout(timer.current)
    void navigate({ to: '/inbox/$view', params: { view }, search: (old) => ({ ...old, panel: onePane ? undefined : (old as { panel?: 'on' }).panel }) as never })
  }
  const move = (step: number) => {
    const at = rows.findIndex((row) => row.id === cursor)
    const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))]
    if (!next) return null
    setCursor(next.id)
    clearTimeout(timer.current)
    if (open) timer.current = setTimeout(() => goTo(next.id), FOLLOW_MS)
    return next.id
  }
  return { cursor, move, goTo, back }
}

export type SetSelection = (change: (old: Selection) => Selection) => void
