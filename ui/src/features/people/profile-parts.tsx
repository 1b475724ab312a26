import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { BadgeCheck, Ban, CircleHelp, Inbox, Mail, MessageCircle, Pencil, Reply, StickyNote, Tag, Target, UserRound, UserRoundPlus, Zap, type LucideIcon } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { Identity, Person, TimelineItem } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { Translate } from '../../i18n/language'
import { Avatar } from '../../ui/avatar'
import { Button } from '../../ui/button'
import { Select } from '../../ui/field'
import { Skeleton } from '../../ui/state'
import { AudienceFact } from '../audiences/audience-fact'
import { describeFact } from '../inbox/event-line'
import { LoadFailure } from '../shell/failure'
import { personConversationsQuery, timelineQuery } from './queries'
import { personName } from './person-name'
import { subjectOf } from '../inbox/subject'
import '../../ui/table.css'
import './people.css'

export function PersonHead({ person, title: Title = 'h3', children }: { person: Person; title?: 'h1' | 'h2' | 'h3'; children?: ReactNode }) {
  const { t, format } = useI18n()
  return (
    <header className="person-head">
      <Avatar name={personName(t, person)} size={48} />
      <div className="person-head__text">
        <Title className="person-head__name">{personName(t, person)}</Title>
        <p className="muted">{t('customer-since', { date: format.short(person.created_at) })}</p>
        {person.last_seen_at && <p className="muted">{t('last-seen', { ago: format.ago(person.last_seen_at) })}</p>}
        {person.blocked_at && <p className="person-head__blocked"><Ban size={13} aria-hidden="true" />{t('blocked-since', { date: format.short(person.blocked_at) })}</p>}
      </div>
      {children}
    </header>
  )
}

export function PersonFacts({ person }: { person: Person }) {
  const { t, format } = useI18n()
  const rows: [string, React.ReactNode][] = [
    ...person.identities.map((identity): [string, React.ReactNode] => [
      identityLabel(t, identity.kind), <IdentityValue key={identity.value} identity={identity} />,
    ]),
  ]
  const has = (kind: string) => person.identities.some((identity) => identity.kind === kind)
  if (person.email && !has('email')) rows.unshift([t('field-email'), <Breakable key="email" address={person.email} />])
  if (person.phone && !has('phone')) rows.push([t('field-phone'), person.phone])
  if (person.locale) rows.push([t('language'), t(`language-${person.locale}`)])
  for (const [name, value] of Object.entries(person.traits)) {
    if (value === null || value === '') continue
    rows.push([name, typeof value === 'boolean' ? t(value ? 'yes' : 'no') : typeof value === 'number' ? format.number(value) : typeof value === 'string' ? value : JSON.stringify(value)])
  }
  return <dl className="facts">{rows.map(([label, value], index) => <div key={index} className="facts__row"><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
}

/** A value by which somebody is known, and whether it proved itself. */
export function IdentityValue({ identity }: { identity: Identity }) {
  const { t, format } = useI18n()
  return (
    <span className="identity" title={t('value-from', { source: identity.source, ago: format.ago(identity.added_at) })}>
      <span className="identity__value"><Breakable address={shortValue(identity)} /></span>
      {identity.verified
        ? <BadgeCheck size={14} className="identity__verified" role="img" aria-label={t('verified')} />
        : <CircleHelp size={14} className="muted" role="img" aria-label={t('claimed')} />}
    </span>
  )
}

/** Ids that machines made are known by their beginning. */
export const shortValue = ({ kind, value }: Identity) => (kind === 'visitor' || kind === 'anonymous' ? value.slice(0, 10) : value)

/** A long address breaks after its @, not in the middle of a word. */
function Breakable({ address }: { address: string }) {
  const [local, ...host] = address.split('@')
  return host.length ? <>{local}@<wbr />{host.join('@')}</> : address
}

const IDENTITIES = { email: 'field-email', phone: 'field-phone', visitor: 'visitor', external: 'identity-external', anonymous: 'identity-anonymous' } as const

export function identityLabel(t: Translate, kind: Identity['kind']) {
  return t(IDENTITIES[kind])
}

export function PersonConversations({ person, except }: { person: string; except?: string }) {
  const { t, format } = useI18n()
  const { data } = useQuery(personConversationsQuery(person))
  const shown = data?.filter((row) => row.id !== except) ?? []
  if (!shown.length) return null
  return (
    <section className="person-part">
      <h3 className="person-part__title">{t('other-conversations')}</h3>
      <ul>
        {shown.slice(0, 5).map((row) => (
          <li key={row.id}>
            <Link to="/inbox/$view/$conversation" params={{ view: 'all', conversation: row.id }} className="mini-row">
              <span className="mini-row__subject truncate">{subjectOf(t, row)}</span>
              <span className="mini-row__meta"><span className={`status-word status-word--${row.status}`}>{t(`status-${row.status}`)}</span><span className="tabular">{format.age(row.last_message_at)}</span></span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

const FILTERS = ['message.received', 'message.sent', 'note.added', 'conversation.closed'] as const

export function PersonTimeline({ person, title: Title = 'h3' }: { person: string; title?: 'h2' | 'h3' }) {
  const { t } = useI18n()
  const [name, setName] = useState('all')
  const timeline = useInfiniteQuery(timelineQuery(person, name === 'all' ? null : name))
  const items = timeline.data?.pages.flatMap((page) => page.items).filter((item) => item.name !== 'message.delivery_changed') ?? []
  return (
    <section className="person-part">
      <div className="person-part__head">
        <Title className={Title === 'h2' ? 'visually-hidden' : 'person-part__title'}>{t('timeline')}</Title>
        <Select
          label={t('timeline-filter')} hideLabel value={name} onChange={setName}
          options={[{ id: 'all', name: t('timeline-all') }, ...FILTERS.map((id) => ({ id, name: t(`timeline-${id.replace('.', '-') as 'message-received' | 'message-sent' | 'note-added' | 'conversation-closed'}`) }))]}
        />
      </div>
      {timeline.isPending && <div className="timeline" aria-hidden="true">{[70, 55, 80].map((width) => <Skeleton key={width} width={`${width}%`} />)}</div>}
      {timeline.isError && !timeline.data && <LoadFailure error={timeline.error} onRetry={() => void timeline.refetch()} />}
      {timeline.data && items.length === 0 && <p className="muted timeline__none">{t('timeline-none')}</p>}
      <TimelineDays items={items} />
      {timeline.hasNextPage && <Button size="small" isPending={timeline.isFetchingNextPage} onPress={() => void timeline.fetchNextPage()}>{t('load-older')}</Button>}
    </section>
  )
}

function TimelineDays({ items }: { items: TimelineItem[] }) {
  const { format } = useI18n()
  const days = new Map<string, TimelineItem[]>()
  for (const item of items) days.set(format.dayKey(item.at), [...(days.get(format.dayKey(item.at)) ?? []), item])
  return (
    <ol className="timeline">
      {[...days].map(([day, entries]) => (
        <li key={day}>
          <p className="timeline__day">{format.relativeDay(entries[0]!.at) ?? format.day(entries[0]!.at)}</p>
          <ol>{entries.map((item) => <TimelineRow key={item.cursor} item={item} />)}</ol>
        </li>
      ))}
    </ol>
  )
}

const ICONS: [RegExp, LucideIcon][] = [
  [/^message\.received/, Mail], [/^message\.sent/, Reply], [/^message\./, MessageCircle], [/^note\./, StickyNote], [/tag/, Tag], [/assigned|team/, UserRound],
  [/^audience\./, Target], [/^person\.created/, UserRoundPlus], [/^person\./, Pencil], [/^conversation\./, Inbox],
]

function TimelineRow({ item }: { item: TimelineItem }) {
  const { t, format } = useI18n()
  const Icon = ICONS.find(([pattern]) => pattern.test(item.name))?.[1] ?? Zap
  const text = typeof item.payload.text === 'string' ? item.payload.text : null
  const ofAudience = item.name === 'audience.entered' || item.name === 'audience.left'
  return (
    <li className="timeline__row">
      <span className="timeline__icon"><Icon size={13} aria-hidden="true" /></span>
      <div className="timeline__body">
        {ofAudience ? <AudienceFact item={item} /> : <p>{describeFact(t, format, item.name, item.payload, item.actor)}</p>}
        {item.conversation && <Link className="timeline__link truncate" to="/inbox/$view/$conversation" params={{ view: 'all', conversation: item.conversation.id }}>{item.conversation.number} {item.conversation.subject}</Link>}
        {text && <p className="timeline__text">{text}</p>}
      </div>
      <time className="timeline__time tabular" dateTime={item.at} title={format.full(item.at)}>{format.time(item.at)}</time>
    </li>
  )
}
