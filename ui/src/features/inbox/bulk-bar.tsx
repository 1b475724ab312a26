import { useQuery } from '@tanstack/react-query'
import { AlarmClock, Check, OctagonX, Tag, UserRound, X } from 'lucide-react'
import { useRef, useState } from 'react'
import type { BatchAct, Conversation } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button, IconButton } from '../../ui/button'
import type { useActs } from './acts'
import type { SetSelection } from './inbox'
import { AssignPicker, SnoozePicker, TagPicker } from './pickers'
import { viewsQuery, type ListParams } from './queries'
import { NOTHING, type Selection } from './selection'

interface Props {
  selection: Selection
  rows: Conversation[]
  params: ListParams
  more: boolean
  acts: ReturnType<typeof useActs>
  setSelection: SetSelection
}

type Open = 'assign' | 'snooze' | 'tags' | null

export function BulkBar({ selection, rows, params, more, acts, setSelection }: Props) {
  const { t, format } = useI18n()
  const bar = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState<Open>(null)
  const { data: views } = useQuery(viewsQuery)
  const count = selection.marked.size
  if (count === 0) return null
  const total = views?.find((view) => view.key === params.view)?.count ?? 0
  const filtered = !!params.query || !!params.status
  const marked = rows.filter((row) => selection.marked.has(row.id))
  const perform = (act: BatchAct) => {
    acts.perform(marked, act, selection.matching ? { count: total } : undefined)
    setSelection(() => NOTHING)
  }
  const close = () => setOpen(null)
  return (
    <div className="bulk" ref={bar} role="toolbar" aria-label={t('bulk-actions')}>
      <p className="bulk__count" role="status">
        {selection.matching ? (filtered ? t('all-matching-marked') : t('marked', { count: total })) : t('marked', { count })}
        {more && count === rows.length && !selection.matching && (
          <Button kind="link" size="small" onPress={() => setSelection((old) => ({ ...old, matching: true }))}>
            {filtered ? t('mark-all-matching') : t('mark-all-total', { count: format.number(total) })}
          </Button>
        )}
      </p>
      <div className="bulk__acts">
        <Button size="small" kind="primary" icon={<Check size={14} aria-hidden="true" />} onPress={() => perform({ kind: 'close' })}>{t('close')}</Button>
        <IconButton size="small" label={t('assign')} icon={<UserRound size={16} aria-hidden="true" />} onPress={() => setOpen('assign')} />
        <IconButton size="small" label={t('snooze')} icon={<AlarmClock size={16} aria-hidden="true" />} onPress={() => setOpen('snooze')} />
        <IconButton size="small" label={t('tags')} icon={<Tag size={16} aria-hidden="true" />} onPress={() => setOpen('tags')} />
        {params.view !== 'spam' && <IconButton size="small" label={t('mark-spam')} icon={<OctagonX size={16} aria-hidden="true" />} onPress={() => perform({ kind: 'spam' })} />}
        <IconButton size="small" label={t('clear-marks')} icon={<X size={16} aria-hidden="true" />} onPress={() => setSelection(() => NOTHING)} />
      </div>
      <AssignPicker isOpen={open === 'assign'} triggerRef={bar} current={null} onClose={close} onChoose={(user_id) => perform({ kind: 'assign', user_id })} />
      <TagPicker isOpen={open === 'tags'} triggerRef={bar} selected={[]} onClose={close} onToggle={(tag_id) => { close(); perform({ kind: 'tag', tag_id }) }} />
      <SnoozePicker isOpen={open === 'snooze'} triggerRef={bar} onClose={close} onChoose={(snooze) => perform({ kind: 'snooze', ...snooze })} />
    </div>
  )
}
