import {
  AlarmClock, ArrowLeft, Ban, Check, ChevronDown, CircleDot, Ellipsis, Eye, Inbox, Link2, OctagonX, PanelRight, Pencil, Plus, Printer, Reply, RotateCcw, Sun, UserRound, UsersRound, X,
} from 'lucide-react'
import { useRef, useState, type ReactNode, type RefObject } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ConversationDetail } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Avatar, ChannelGlyph } from '../../ui/avatar'
import { Button, IconButton } from '../../ui/button'
import { Menu, MenuItem } from '../../ui/menu'
import { toast } from '../../ui/toast'
import { useCommands } from '../commands/store'
import { usePresence } from '../live/store'
import { canBlock, useBlock } from '../people/block'
import { personName } from '../people/person-name'
import { personQuery } from '../people/queries'
import { can, useMe } from '../session/queries'
import type { useActs } from './acts'
import { AssignPicker, PriorityPicker, SnoozePicker, StatusPicker, TagPicker, TeamPicker } from './pickers'
import { PriorityIcon } from './priority'
import { SubjectDialog } from './subject-dialog'
import { usePageTitle } from '../../ui/page-title'
import { subjectOf } from './subject'

interface Props {
  conversation: ConversationDetail
  acts: ReturnType<typeof useActs>
  isMain: boolean
  panelOn: boolean
  onBack: () => void
  onPanel: () => void
  onClose: () => void
  onSpam: () => void
  onBlock: (name: string) => void
}

type Picking = 'assign' | 'team' | 'tags' | 'priority' | 'status' | 'snooze' | null

export function ConversationHeader({ conversation, acts, isMain, panelOn, onBack, onPanel, onClose, onSpam, onBlock }: Props) {
  const { t } = useI18n()
  const me = useMe()
  const [picking, setPicking] = useState<Picking>(null)
  const [renaming, setRenaming] = useState(false)
  const refs = { assign: useRef(null), team: useRef(null), tags: useRef(null), priority: useRef(null), status: useRef(null), snooze: useRef(null) }
  const answers = can(me).answer
  const closed = conversation.status === 'closed'
  const Title = isMain ? 'h1' : 'h2'
  usePageTitle(conversation.number, subjectOf(t, conversation))
  const pick = (what: Picking) => () => setPicking(what)
  useCommands(!answers ? [] : [
    { id: 'assign', label: t('assign'), group: 'action', keys: ['A'], run: pick('assign') },
    { id: 'snooze', label: t('snooze'), group: 'action', keys: ['H'], run: pick('snooze') },
    { id: 'tags', label: t('tags'), group: 'action', keys: ['L'], run: pick('tags') },
    { id: 'priority', label: t('priority'), group: 'action', keys: ['P'], run: pick('priority') },
    { id: 'status', label: t('status'), group: 'action', keys: ['S'], run: pick('status') },
    { id: 'team', label: t('team'), group: 'action', run: pick('team') },
    { id: 'rename', label: t('change-subject'), group: 'action', run: () => setRenaming(true) },
  ])
  const chip = (what: Exclude<Picking, null>, label: string, content: ReactNode) => (
    <Chip ref={refs[what]} label={label} isDisabled={!answers} isOpen={picking === what} onPress={pick(what)}>{content}</Chip>
  )
  return (
    <header className="conversation__head">
      <div className="conversation__line">
        {isMain && <IconButton label={t('back')} icon={<ArrowLeft size={18} aria-hidden="true" />} onPress={onBack} />}
        <Title className="conversation__title">{subjectOf(t, conversation)}</Title>
        <Watchers conversation={conversation.id} me={me.id} />
        <span className="conversation__acts">
          {answers && (conversation.status === 'snoozed'
            ? <IconButton ref={refs.snooze} label={t('wake')} icon={<Sun size={17} aria-hidden="true" />} onPress={() => acts.wake(conversation)} />
            : <IconButton ref={refs.snooze} label={t('snooze')} shortcut="H" icon={<AlarmClock size={17} aria-hidden="true" />} onPress={pick('snooze')} />)}
          <MoreMenu conversation={conversation} answers={answers} onRename={() => setRenaming(true)} onSpam={onSpam} onNotSpam={() => acts.notSpam(conversation)} onBlock={onBlock} />
          <IconButton label={t('customer-panel')} shortcut="I" aria-pressed={panelOn} icon={<PanelRight size={17} aria-hidden="true" />} onPress={onPanel} />
          {answers && (closed
            ? <Button icon={<RotateCcw size={15} aria-hidden="true" />} onPress={() => (conversation.spam ? acts.notSpam(conversation) : acts.perform([conversation], { kind: 'reopen' }))}>{t(conversation.spam ? 'not-spam' : 'reopen')}</Button>
            : <Button icon={<Check size={15} aria-hidden="true" />} shortcut="E" onPress={onClose}>{t('close')}</Button>)}
        </span>
      </div>
      <div className="conversation__facts">
        {chip('status', t('status'), <><CircleDot size={14} aria-hidden="true" className={`status status--${conversation.status}`} />{conversation.spam ? t('view-spam') : t(`status-${conversation.status}`)}<SnoozedUntil conversation={conversation} /></>)}
        {chip('assign', t('assignee'), conversation.assignee
          ? <><Avatar name={conversation.assignee.name} size={20} />{conversation.assignee.id === me.id ? t('me') : conversation.assignee.name}</>
          : <><UserRound size={14} aria-hidden="true" />{t('unassigned')}</>)}
        {chip('team', t('team'), <><UsersRound size={14} aria-hidden="true" />{conversation.team?.name ?? t('no-team')}</>)}
        {chip('priority', t('priority'), <><PriorityIcon priority={conversation.priority} size={14} />{t(`priority-${conversation.priority}`)}</>)}
        {conversation.tags.map((tag) => (
          <span key={tag.id} className={`tag tag--${tag.color}`}>
            {tag.name}
            {answers && <AriaButton className="tag__remove" aria-label={t('remove-tag', { name: tag.name })} onPress={() => acts.perform([conversation], { kind: 'untag', tag_id: tag.id })}><X size={12} aria-hidden="true" /></AriaButton>}
          </span>
        ))}
        {answers && <Chip ref={refs.tags} label={t('add-tag')} isOpen={picking === 'tags'} onPress={pick('tags')}><Plus size={14} aria-hidden="true" />{t('tag')}</Chip>}
        <span className="conversation__meta">
          <span className="tabular">{conversation.number}</span>
          <span className="conversation__channel"><ChannelGlyph kind={conversation.channel.kind} size={14} />{conversation.channel.name}</span>
        </span>
      </div>
      <Linked conversation={conversation} />
      <Pickers conversation={conversation} acts={acts} picking={picking} refs={refs} onDone={() => setPicking(null)} onClose={onClose} />
      <SubjectDialog key={conversation.subject} isOpen={renaming} subject={conversation.subject} onClose={() => setRenaming(false)} onSave={(subject) => acts.setSubject(conversation, subject)} />
    </header>
  )
}

interface PickersProps {
  conversation: ConversationDetail
  acts: ReturnType<typeof useActs>
  picking: Picking
  refs: Record<Exclude<Picking, null>, RefObject<null>>
  onDone: () => void
  onClose: () => void
}

function Pickers({ conversation, acts, picking, refs, onDone, onClose }: PickersProps) {
  const perform = (act: Parameters<typeof acts.perform>[1]) => acts.perform([conversation], act)
  const props = (what: Exclude<Picking, null>) => ({ isOpen: picking === what, triggerRef: refs[what], onClose: onDone })
  const tags = conversation.tags.map((tag) => tag.id)
  const setStatus = (status: string) => {
    if (status === conversation.status) return
    if (status === 'closed') onClose()
    else if (conversation.status === 'closed') perform({ kind: 'reopen' })
    else acts.setStatus(conversation, status as 'open' | 'waiting')
  }
  return (
    <>
      <AssignPicker {...props('assign')} current={conversation.assignee?.id ?? null} onChoose={(user_id) => perform({ kind: 'assign', user_id })} />
      <TeamPicker {...props('team')} current={conversation.team?.id ?? null} onChoose={(team_id) => perform({ kind: 'team', team_id })} />
      <TagPicker {...props('tags')} selected={tags} onToggle={(tag_id) => perform({ kind: tags.includes(tag_id) ? 'untag' : 'tag', tag_id })} />
      <PriorityPicker {...props('priority')} current={conversation.priority} onChoose={(priority) => perform({ kind: 'priority', priority })} />
      <StatusPicker {...props('status')} current={conversation.status} onChoose={setStatus} />
      <SnoozePicker {...props('snooze')} onChoose={(snooze) => perform({ kind: 'snooze', ...snooze })} />
    </>
  )
}

interface ChipProps { label: string; children: ReactNode; isOpen: boolean; isDisabled?: boolean; onPress: () => void; ref: React.Ref<HTMLButtonElement> }

function Chip({ label, children, isOpen, isDisabled, onPress, ref }: ChipProps) {
  return (
    <AriaButton ref={ref} className="fact-chip" onPress={onPress} isDisabled={isDisabled} aria-haspopup="dialog" aria-expanded={isOpen}>
      <span className="visually-hidden">{label}: </span>
      {children}
      {!isDisabled && <ChevronDown size={12} aria-hidden="true" className="fact-chip__arrow" />}
    </AriaButton>
  )
}

function SnoozedUntil({ conversation }: { conversation: ConversationDetail }) {
  const { t, format } = useI18n()
  if (conversation.status !== 'snoozed') return null
  return <span className="muted">{conversation.snoozed_until ? format.soon(conversation.snoozed_until) : t('until-reply')}</span>
}

/** Who else is here: an eye looks, an arrow writes. */
function Watchers({ conversation, me }: { conversation: string; me: string }) {
  const { t } = useI18n()
  const others = usePresence(conversation).filter((one) => one.user.id !== me)
  return (
    <span className="watchers" aria-live="polite">
      {others.map((one) => {
        const text = t(one.state === 'replying' ? 'is-replying' : 'is-viewing', { name: one.user.name })
        return (
          <span key={one.user.id} className={`watcher watcher--${one.state}`} title={text}>
            <Avatar name={one.user.name} size={24} badge={one.state === 'replying' ? <Reply size={10} strokeWidth={2.6} /> : <Eye size={10} strokeWidth={2.6} />} />
            <span className="visually-hidden">{text}</span>
          </span>
        )
      })}
    </span>
  )
}

function Linked({ conversation }: { conversation: ConversationDetail }) {
  const { t } = useI18n()
  if (!conversation.linked.length) return null
  return (
    <p className="conversation__linked">
      <Link2 size={14} aria-hidden="true" />
      <span>{t('linked')}</span>
      {conversation.linked.map((other) => (
        <Link key={other.id} to="/inbox/$view/$conversation" params={{ view: 'all', conversation: other.id }} className="truncate">{other.number} {other.subject}</Link>
      ))}
    </p>
  )
}

interface MenuProps {
  conversation: ConversationDetail
  answers: boolean
  onRename: () => void
  onSpam: () => void
  onNotSpam: () => void
  onBlock: (name: string) => void
}

function MoreMenu({ conversation, answers, onRename, onSpam, onNotSpam, onBlock }: MenuProps) {
  const { t } = useI18n()
  const { data: person } = useQuery(personQuery(conversation.person.id))
  const { unblock } = useBlock(conversation.person)
  const copy = (text: string) => void navigator.clipboard.writeText(text).then(() => toast(t('copied')))
  return (
    <Menu trigger={<IconButton label={t('more')} icon={<Ellipsis size={18} aria-hidden="true" />} />} label={t('more')}>
      {answers ? <MenuItem id="subject" icon={<Pencil size={15} />} onAction={onRename}>{t('change-subject')}</MenuItem> : null}
      <MenuItem id="link" icon={<Link2 size={15} />} onAction={() => copy(`${location.origin}/inbox/all/${conversation.id}`)}>{t('copy-link')}</MenuItem>
      <MenuItem id="print" icon={<Printer size={15} />} onAction={() => window.print()}>{t('print')}</MenuItem>
      {!answers ? null : conversation.spam
        ? <MenuItem id="not-spam" icon={<Inbox size={15} />} onAction={onNotSpam}>{t('not-spam')}</MenuItem>
        : <MenuItem id="spam" icon={<OctagonX size={15} />} onAction={onSpam}>{t('mark-spam')}</MenuItem>}
      {!answers || !person || !canBlock(person) ? null : person.blocked_at
        ? <MenuItem id="unblock" icon={<UserRound size={15} />} onAction={unblock}>{t('unblock')}</MenuItem>
        : <MenuItem id="block" icon={<Ban size={15} />} onAction={() => onBlock(personName(t, conversation.person))}>{t('block')}</MenuItem>}
    </Menu>
  )
}
