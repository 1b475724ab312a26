import { useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useVirtualizer, type Range } from '@tanstack/react-virtual'
import { ArrowUp } from 'lucide-react'
import { useCallback, useEffect, useRef, type MouseEvent } from 'react'
import type { Conversation } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Skeleton } from '../../ui/state'
import { useMe } from '../session/queries'
import { LoadFailure } from '../shell/failure'
import { EmptyList } from './empty-list'
import { settle, type ListState } from './list-state'
import { listMayMove } from './live'
import { listKey, loadNextPage, type ListParams } from './queries'
import { Row } from './row'
import type { Selection } from './selection'

interface Props {
  params: ListParams
  list: UseQueryResult<ListState>
  open: string | null
  cursor: string | null
  selection: Selection
  onOpen: (id: string, event?: MouseEvent) => void
  onMark: (id: string, event: MouseEvent) => void
  onMove: (step: number, extend: boolean) => void
  onClearFilters: () => void
}

const ROW_HEIGHT = { comfortable: 76, compact: 60 }

export function ConversationList({ params, list, open, cursor, selection, onOpen, onMark, onMove, onClearFilters }: Props) {
  const { t } = useI18n()
  const me = useMe()
  const client = useQueryClient()
  const scroller = useRef<HTMLDivElement>(null)
  const state = list.data
  const rows = state?.rows ?? NO_ROWS
  const cursorIndex = cursor ? rows.findIndex((row) => row.id === cursor) : -1
  const virtual = useVirtualizer({
    count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT[me.density], overscan: 6,
    // The row the keyboard stands on exists even when it is scrolled away: assistive technology points at it.
    rangeExtractor: useCallback((range: Range) => withIndex(range, cursorIndex), [cursorIndex]),
  })
  useEffect(() => virtual.measure(), [me.density])
  useEffect(() => {
    if (cursorIndex >= 0) virtual.scrollToIndex(cursorIndex, { align: 'auto' })
  }, [cursorIndex])
  useMayMove(scroller)

  const items = virtual.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (state?.next && lastShown > rows.length - 40) void loadNextPage(client, params)
  }, [lastShown, rows.length, state?.next])

  const settleNow = () => {
    client.setQueryData<ListState>(listKey(params), (old) => old && settle(old, params.order))
    scroller.current?.scrollTo({ top: 0 })
  }
  const left = new Set(state?.left)
  const arrivals = state?.arrivals.length ?? 0

  return (
    <div className="list">
      {arrivals > 0 && (
        <div className="list__arrivals">
          <Button kind="primary" size="small" icon={<ArrowUp size={14} aria-hidden="true" />} onPress={settleNow}>{t('new-arrivals', { count: arrivals })}</Button>
        </div>
      )}
      <div
        ref={scroller} className="list__scroll scroll" role="listbox" aria-multiselectable="true" tabIndex={0} aria-label={t('conversations')}
        aria-activedescendant={cursorIndex >= 0 ? `row-${cursor}` : undefined}
        onScroll={(event) => event.currentTarget.scrollTop < 2 && arrivals > 0 && settleNow()}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault()
            onMove(event.key === 'ArrowDown' ? 1 : -1, event.shiftKey)
          }
          if (event.key === 'Enter' && cursor) onOpen(cursor)
          if (event.key === 'Home' || event.key === 'End') {
            event.preventDefault()
            onMove(event.key === 'Home' ? -rows.length : rows.length, false)
          }
        }}
      >
        <div role="presentation" className="list__inner" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index]!
            return (
              <Row
                key={row.id} row={row} index={item.index} count={rows.length} top={item.start} me={me.id}
                current={row.id === open} cursor={row.id === cursor} marked={selection.marked.has(row.id)} left={left.has(row.id)}
                onOpen={onOpen} onMark={onMark}
              />
            )
          })}
        </div>
      </div>
      {list.isPending && <ListSkeleton />}
      {list.isError && !state && <div className="list__cover"><LoadFailure error={list.error} onRetry={() => void list.refetch()} title={t('error-load-list')} /></div>}
      {state && rows.length === 0 && <div className="list__cover"><EmptyList params={params} arrivals={arrivals} onClear={onClearFilters} /></div>}
    </div>
  )
}

const NO_ROWS: Conversation[] = []

function withIndex({ startIndex, endIndex, overscan, count }: Range, index: number) {
  const from = Math.max(0, startIndex - overscan)
  const to = Math.min(count - 1, endIndex + overscan)
  const range = Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at)
  if (index >= 0 && index < count && (index < from || index > to)) range.push(index)
  return range.sort((a, b) => a - b)
}

/** Rows may move by themselves only while nobody points at them. */
function useMayMove(scroller: React.RefObject<HTMLDivElement | null>) {
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const look = () => {
      listMayMove.current = element.scrollTop < 2 && !element.matches(':hover') && !element.contains(document.activeElement)
    }
    const events = ['scroll', 'pointerenter', 'pointerleave', 'focusin', 'focusout'] as const
    for (const name of events) element.addEventListener(name, look, { passive: true })
    look()
    return () => {
      for (const name of events) element.removeEventListener(name, look)
      listMayMove.current = true
    }
  }, [scroller])
}

function ListSkeleton() {
  return (
    <div className="list__cover list__cover--top" aria-hidden="true">
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className="row row--skeleton">
          <Skeleton width={36} height={36} round />
          <span className="row__main">
            <Skeleton width={`${45 + ((index * 17) % 30)}%`} />
            <Skeleton width={`${60 + ((index * 23) % 35)}%`} />
            <Skeleton width="85%" height={10} />
          </span>
        </div>
      ))}
    </div>
  )
}
