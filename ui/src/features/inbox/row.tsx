import { AlarmClock, ChevronsUp, CircleCheck, Eye, Reply, StickyNote, TriangleAlert } from 'lucide-react'
import { memo, type MouseEvent } from 'react'
import type { Conversation } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Avatar, ChannelGlyph } from '../../ui/avatar'
import { CheckMark } from '../../ui/field'
import { usePresence, useTyping } from '../live/store'
import { personName } from '../people/person-name'
import { subjectOf } from './subject'

interface Props {
  row: Conversation
  index: number
  count: number
  top: number
  current: boolean
  cursor: boolean
  marked: boolean
  left: boolean
  me: string
  onOpen: (id: string, event: MouseEvent) => void
  onMark: (id: string, event: MouseEvent) => void
}

export const Row = memo(function Row({ row, index, count, top, current, cursor, marked, left, me, onOpen, onMark }: Props) {
  const { t, format } = useI18n()
  const classes = ['row', current && 'row--current', cursor && 'row--cursor', marked && 'row--marked', left && 'row--left', row.unread && 'row--unread']
  return (
    <div
      id={`row-${row.id}`} role="option" aria-selected={marked || current} aria-setsize={count} aria-posinset={index + 1}
      className={classes.filter(Boolean).join(' ')} style={{ transform: `translateY(${top}px)` }} onClick={(event) => onOpen(row.id, event)}
    >
      {/* A help for the pointer alone: with the keyboard a row is marked by X. */}
      <span className="row__avatar" onClick={(event) => { event.stopPropagation(); onMark(row.id, event) }}>
        <Avatar name={personName(t, row.person)} size={36} badge={<ChannelGlyph kind={row.channel.kind} size={11} />} />
        <CheckMark state={marked ? 'on' : 'off'} />
      </span>
      <span className="row__main">
        <span className="row__line">
          <span className="row__name truncate">{personName(t, row.person)}</span>
          <RowFlags row={row} />
          <span className="row__age tabular"><span className="visually-hidden">{t('row-age')}</span>{format.age(row.last_message_at)}</span>
        </span>
        <span className="row__line">
          <span className="row__subject truncate">{subjectOf(t, row)}</span>
          {row.unread && <span className="row__dot"><span className="visually-hidden">{t('unread')}</span></span>}
        </span>
        <Preview row={row} left={left} me={me} />
      </span>
      <span className="visually-hidden">{t('row-more', { channel: row.channel.name, status: t(`status-${row.status}`), owner: row.assignee?.name ?? 'none' })}</span>
    </div>
  )
})

function RowFlags({ row }: { row: Conversation }) {
  const { t } = useI18n()
  return (
    <>
      {row.priority === 'urgent' && <span className="row__flag row__flag--danger" title={t('priority-urgent')}><TriangleAlert size={13} aria-label={t('priority-urgent')} role="img" /></span>}
      {row.priority === 'high' && <span className="row__flag row__flag--attention" title={t('priority-high')}><ChevronsUp size={14} aria-label={t('priority-high')} role="img" /></span>}
    </>
  )
}

function Preview({ row, left, me }: { row: Conversation; left: boolean; me: string }) {
  const { t, format } = useI18n()
  const others = usePresence(row.id).filter((one) => one.user.id !== me)
  const typing = useTyping(row.id)
  const replying = others.find((one) => one.state === 'replying')
  const viewing = others.find((one) => one.state === 'viewing')
  if (left) return <span className="row__preview row__preview--state truncate"><CircleCheck size={13} aria-hidden="true" />{t('row-left', { status: row.spam ? t('view-spam') : t(`status-${row.status}`) })}</span>
  if (replying) return <span className="row__preview row__preview--presence truncate"><Reply size={13} aria-hidden="true" />{t('is-replying', { name: replying.user.name })}</span>
  if (typing) return <span className="row__preview row__preview--presence truncate">{t('customer-typing')}</span>
  if (viewing) return <span className="row__preview row__preview--presence truncate"><Eye size={13} aria-hidden="true" />{t('is-viewing', { name: viewing.user.name })}</span>
  if (row.back_from_snooze) return <span className="row__preview row__preview--attention truncate"><AlarmClock size={13} aria-hidden="true" />{t('back-from-snooze')}</span>
  if (row.status === 'snoozed' && row.snoozed_until) return <span className="row__preview row__preview--state truncate"><AlarmClock size={13} aria-hidden="true" />{t('snoozed-until', { time: format.soon(row.snoozed_until) })}</span>
  const sign = row.last_message_kind === 'out' ? <Reply size={13} aria-label={t('answered')} role="img" /> : row.last_message_kind === 'note' ? <StickyNote size={13} aria-label={t('note')} role="img" /> : null
  return <span className="row__preview truncate">{sign}{row.preview}</span>
}
