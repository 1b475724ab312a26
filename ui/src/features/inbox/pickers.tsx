import { now as nowIn, parseDateTime, toZoned, type ZonedDateTime } from '@internationalized/date'
import { useQuery } from '@tanstack/react-query'
import { AlarmClock, CalendarClock, MessageCircleReply, UserRoundX, UsersRound } from 'lucide-react'
import { useState, type RefObject } from 'react'
import { Dialog as AriaDialog, Popover } from 'react-aria-components'
import type { Priority, Tag } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Avatar } from '../../ui/avatar'
import { Button } from '../../ui/button'
import { TextField } from '../../ui/field'
import { Picker, type Choice } from '../../ui/picker'
import { useMe } from '../session/queries'
import { tagsQuery, teamsQuery, usersQuery } from './queries'
import { PriorityIcon } from './priority'
import { parseSnooze } from './snooze-words'

interface PickerProps { isOpen: boolean; triggerRef: RefObject<HTMLElement | null>; onClose: () => void }

export function AssignPicker({ current, onChoose, ...picker }: PickerProps & { current: string | null; onChoose: (user: string | null) => void }) {
  const { t, format } = useI18n()
  const me = useMe()
  const { data: users = [] } = useQuery(usersQuery)
  const able = users.filter((user) => !user.disabled_at && user.role !== 'observer')
    .sort((a, b) => Number(b.id === me.id) - Number(a.id === me.id) || format.compare(a.name, b.name))
  const choices: Choice[] = able.map((user) => ({
    id: user.id, name: user.id === me.id ? t('me-name', { name: user.name }) : user.name, icon: <Avatar name={user.name} size={20} />, selected: user.id === current,
    description: user.availability === 'available' ? undefined : t(`availability-${user.availability}`),
  }))
  const none: Choice = { id: 'none', name: t('nobody'), icon: <UserRoundX size={16} aria-hidden="true" />, selected: current === null }
  return (
    <Picker {...picker} label={t('assign')} placeholder={t('assign-placeholder')} empty={t('nothing-found')}
      groups={[{ id: 'users', choices: [...choices, none] }]} onChoose={(id) => onChoose(id === 'none' ? null : id)} />
  )
}

export function TeamPicker({ current, onChoose, ...picker }: PickerProps & { current: string | null; onChoose: (team: string | null) => void }) {
  const { t } = useI18n()
  const { data: teams = [] } = useQuery(teamsQuery)
  const icon = <UsersRound size={16} aria-hidden="true" />
  const choices: Choice[] = [...teams.map((team) => ({ id: team.id, name: team.name, icon, selected: team.id === current })), { id: 'none', name: t('no-team'), selected: current === null }]
  return (
    <Picker {...picker} label={t('team')} placeholder={t('team-placeholder')} empty={t('nothing-found')}
      groups={[{ id: 'teams', choices }]} onChoose={(id) => onChoose(id === 'none' ? null : id)} />
  )
}

export function TagPicker({ selected, onToggle, ...picker }: PickerProps & { selected: string[]; onToggle: (tag: string) => void }) {
  const { t, format } = useI18n()
  const { data: tags = [] } = useQuery(tagsQuery)
  const choices = [...tags].sort((a, b) => format.compare(a.name, b.name)).map((tag) => ({ id: tag.id, name: tag.name, icon: <TagDot tag={tag} />, selected: selected.includes(tag.id) }))
  return <Picker {...picker} label={t('tags')} placeholder={t('tag-placeholder')} empty={t('no-tags')} groups={[{ id: 'tags', choices }]} onChoose={onToggle} multiple />
}

export function TagDot({ tag }: { tag: Tag }) {
  return <span className={`tag-dot tag-dot--${tag.color}`} aria-hidden="true" />
}

export const PRIORITIES: readonly Priority[] = ['urgent', 'high', 'normal', 'low']

export function PriorityPicker({ current, onChoose, ...picker }: PickerProps & { current: Priority; onChoose: (priority: Priority) => void }) {
  const { t } = useI18n()
  const choices = PRIORITIES.map((id) => ({ id, name: t(`priority-${id}`), icon: <PriorityIcon priority={id} />, selected: id === current }))
  return <Picker {...picker} label={t('priority')} placeholder={t('priority')} empty={t('nothing-found')} groups={[{ id: 'priorities', choices }]} onChoose={(id) => onChoose(id as Priority)} />
}

export function StatusPicker({ current, onChoose, ...picker }: PickerProps & { current: string; onChoose: (status: string) => void }) {
  const { t } = useI18n()
  const choices = (['open', 'waiting', 'closed'] as const).map((id) => ({ id, name: t(`status-${id}`), selected: id === current }))
  return <Picker {...picker} label={t('status')} placeholder={t('status')} empty={t('nothing-found')} groups={[{ id: 'statuses', choices }]} onChoose={onChoose} />
}

export interface Snooze { until?: string; until_reply?: boolean }

function presets(now: ZonedDateTime) {
  const later = now.hour < 15 ? now.add({ hours: 3 }).set({ minute: 0, second: 0, millisecond: 0 }) : now.hour < 20 ? now.set({ hour: 21, minute: 0, second: 0, millisecond: 0 }) : null
  const day = (words: string) => parseSnooze(words, now)
  const [tomorrow, monday] = [day('tomorrow 9:00'), day('monday 9:00')]
  // On a Sunday both are one choice.
  return { later, tomorrow, monday: tomorrow && monday?.compare(tomorrow) === 0 ? null : monday }
}

export function SnoozePicker({ onChoose, ...picker }: PickerProps & { onChoose: (snooze: Snooze) => void }) {
  const { t, format, timeZone } = useI18n()
  const [words, setWords] = useState('')
  const [exact, setExact] = useState(false)
  const now = nowIn(timeZone)
  const parsed = parseSnooze(words, now)
  const { later, tomorrow, monday } = presets(now)
  const clock = <AlarmClock size={16} aria-hidden="true" />
  const times: [string, string, ZonedDateTime | null][] = [['later', t('snooze-later'), later], ['tomorrow', t('snooze-tomorrow'), tomorrow], ['monday', t('snooze-monday'), monday]]
  const choices: Choice[] = parsed
    ? [{ id: parsed.toAbsoluteString(), name: format.full(parsed.toAbsoluteString()), icon: <CalendarClock size={16} aria-hidden="true" /> }]
    : words ? [] : [
        ...times.flatMap(([, name, at]) => (at ? [{ id: at.toAbsoluteString(), name, description: format.full(at.toAbsoluteString()), icon: clock }] : [])),
        { id: 'reply', name: t('snooze-reply'), description: t('snooze-reply-help'), icon: <MessageCircleReply size={16} aria-hidden="true" /> },
        { id: 'exact', name: t('snooze-exact'), icon: <CalendarClock size={16} aria-hidden="true" /> },
      ]
  const close = () => {
    setWords('')
    picker.onClose()
  }
  const choose = (id: string) => {
    if (id === 'exact') setExact(true)
    else onChoose(id === 'reply' ? { until_reply: true } : { until: id })
  }
  return (
    <>
      <Picker {...picker} onClose={close} label={t('snooze')} placeholder={t('snooze-words')} empty={t('snooze-unclear')} groups={[{ id: 'times', choices }]} onChoose={choose} onType={setWords} />
      <ExactTime isOpen={exact} triggerRef={picker.triggerRef} onClose={() => setExact(false)} onChoose={(until) => { setExact(false); onChoose({ until }) }} />
    </>
  )
}

function ExactTime({ isOpen, triggerRef, onClose, onChoose }: PickerProps & { onChoose: (until: string) => void }) {
  const { t, timeZone } = useI18n()
  const [value, setValue] = useState('')
  const at = value ? toZoned(parseDateTime(value), timeZone) : null
  const past = at !== null && at.compare(nowIn(timeZone)) <= 0
  return (
    <Popover className="popover" isOpen={isOpen} triggerRef={triggerRef} placement="bottom start" offset={4} onOpenChange={(open) => !open && onClose()}>
      <AriaDialog className="exact-time" aria-label={t('snooze-exact')}>
        <TextField label={t('snooze-exact')} help={timeZone.replaceAll('_', ' ')} type={'datetime-local' as never} value={value} onChange={setValue} autoFocus error={past ? t('snooze-past') : null} />
        <Button kind="primary" isDisabled={!at || past} onPress={() => at && onChoose(at.toAbsoluteString())}>{t('snooze')}</Button>
      </AriaDialog>
    </Popover>
  )
}
