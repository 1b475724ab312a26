import { getRouteApi, Link } from '@tanstack/react-router'
import { Activity, Archive, ChevronDown, CircleAlert, CircleCheck, Copy, CopyCheck, Pause, Play, Trash2, TriangleAlert } from 'lucide-react'
import { memo, useEffect, useId, useState } from 'react'
import { api } from '../../api/client'
import type { Replay, SeenCall } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Select, TextField } from '../../ui/field'
import { Empty, Skeleton } from '../../ui/state'
import { toast } from '../../ui/toast'
import { sayFailure } from '../inbox/acts'
import { can, useMe } from '../session/queries'
import { LoadFailure } from '../shell/failure'
import { wordsOf } from './call-words'
import { asCurl, passes, type Filter } from './stream'
import { useStream } from './use-stream'
import { Violations } from './violations'
import '../people/people.css'
import './events.css'

const OUTCOMES = ['accepted', 'marked', 'duplicate', 'refused', 'set_aside'] as const

const route = getRouteApi('/shell/settings/{-$section}')

/** What the SDKs send, as it comes, and what becomes of it. */
export function LiveEvents() {
  const { t } = useI18n()
  const asked = route.useSearch()
  const [paused, setPaused] = useState(false)
  const [opened, setOpened] = useState<number | null>(null)
  const [filter, setFilter] = useState<Filter>({ outcome: OUTCOMES.find((one) => one === asked.item) ?? 'all', words: asked.find ?? '' })
  const { stream, query, moveOn, clear } = useStream(paused, opened !== null)
  const calls = stream.shown.filter((call) => passes(call, filter))
  const isRead = calls.some((call) => call.number === opened)
  useEffect(() => {
    if (opened !== null && !isRead) setOpened(null)
  }, [opened, isRead])
  const goOn = () => {
    setPaused(false)
    setOpened(null)
    moveOn()
  }
  if (query.isError && !stream.shown.length) return <LoadFailure error={query.error} onRetry={() => void query.refetch()} />
  // What was read stands on the screen a moment later.
  if (query.isPending || (query.data?.length && !stream.last)) return <div className="skeleton-stack events__wait" aria-hidden="true"><Skeleton width="100%" height={32} /><Skeleton width="100%" height={32} /></div>
  if (!stream.last) return <Waiting />
  return (
    <>
      <div className="toolbar events__tools">
        <TextField label={t('events-search')} hideLabel placeholder={t('events-search')} value={filter.words} onChange={(words) => setFilter({ ...filter, words })} />
        <Select
          label={t('events-outcome')} hideLabel value={filter.outcome} onChange={(outcome) => setFilter({ ...filter, outcome: outcome as Filter['outcome'] })}
          options={[{ id: 'all', name: t('events-outcome-all') }, ...OUTCOMES.map((id) => ({ id, name: t(`events-${id}`) }))]}
        />
        <Button icon={paused ? <Play size={15} aria-hidden="true" /> : <Pause size={15} aria-hidden="true" />} onPress={paused ? goOn : () => setPaused(true)}>{t(paused ? 'events-go-on' : 'events-pause')}</Button>
        <Button icon={<Trash2 size={15} aria-hidden="true" />} onPress={clear}>{t('events-clear')}</Button>
      </div>
      {stream.waiting.length > 0 && <p className="events__new"><Button size="small" onPress={goOn}>{t('events-waiting', { count: stream.waiting.length })}</Button></p>}
      {query.isError && <p className="channel__error" role="status">{t('events-broken')}</p>}
      {stream.missed > 0 && <p className="muted events__missed">{t('events-missed', { count: stream.missed })}</p>}
      <ol className="events" aria-label={t('settings-events')}>
        {calls.map((call) => <Call key={call.number} call={call} isOpen={opened === call.number} onOpen={setOpened} />)}
      </ol>
      {!calls.length && (filter.words || filter.outcome !== 'all'
        ? <Empty icon={Activity} title={t('events-none-match')} action={<Button onPress={() => setFilter({ outcome: 'all', words: '' })}>{t('clear-filters')}</Button>} />
        : <Empty icon={Activity} title={t('events-empty')} />)}
    </>
  )
}

/** Hundreds come in a second: each is drawn once, by the browser's own button. */
const Call = memo(function Call({ call, isOpen, onOpen }: { call: SeenCall; isOpen: boolean; onOpen: (number: number | null) => void }) {
  const { format } = useI18n()
  const detail = useId()
  return (
    <li className={`event-row${isOpen ? ' event-row--open' : ''}`}>
      <button type="button" className="event-row__head" aria-expanded={isOpen} aria-controls={isOpen ? detail : undefined} onClick={() => onOpen(isOpen ? null : call.number)}>
        <time className="tabular muted" dateTime={call.received_at}>{format.clock(call.received_at)}</time>
        <span className="event-row__what"><span className="event-row__kind">{call.kind ?? '?'}</span> <span className="event-row__name">{call.name}</span></span>
        <span className="event-row__who truncate muted">{call.user_id ?? call.anonymous_id}</span>
        <Outcome call={call} />
        <ChevronDown size={14} aria-hidden="true" className="event-row__arrow" />
      </button>
      {isOpen && <Detail call={call} id={detail} />}
    </li>
  )
})

const LOOKS = {
  accepted: [CircleCheck, 'ok'], marked: [TriangleAlert, 'attention'], duplicate: [CopyCheck, 'waiting'], refused: [CircleAlert, 'error'], set_aside: [Archive, 'attention'],
} as const

function Outcome({ call }: { call: SeenCall }) {
  const { t } = useI18n()
  const outcome = call.outcome === 'accepted' && call.violations.length ? 'marked' : call.outcome
  const [Icon, tone] = LOOKS[outcome]
  return <span className={`pill pill--${tone}`}><Icon size={13} aria-hidden="true" />{t(`events-${outcome}`)}</span>
}

function Detail({ call, id }: { call: SeenCall; id: string }) {
  const { t, format } = useI18n()
  const copy = (text: string) => void navigator.clipboard.writeText(text).then(() => toast(t('copied')))
  const json = JSON.stringify(call.body, null, 2)
  const facts: [string, React.ReactNode][] = [
    [t('events-received'), format.full(call.received_at)],
    ...(call.at ? [[t('events-happened'), format.full(call.at)] as [string, string]] : []),
    ...(call.user_id ? [['userId', call.user_id] as [string, string]] : []),
    ...(call.anonymous_id ? [['anonymousId', call.anonymous_id] as [string, string]] : []),
    ...(call.person ? [[t('customer'), <Link key="p" to="/customers/$person" params={{ person: call.person }}>{t('open-profile')}</Link>] as [string, React.ReactNode]] : []),
  ]
  return (
    <div className="event-row__detail" id={id}>
      {call.refusal && <p className={call.set_aside ? 'card__warning' : 'channel__error'} role="note"><Words code={call.refusal.code} otherwise={call.refusal.message} /></p>}
      <Violations of={call.violations.filter(({ property }) => property || !call.refusal)} />
      {call.warnings.map((warning) => <p key={warning} className="card__warning"><Words code={warning} /></p>)}
      <dl className="facts">{facts.map(([label, value]) => <div key={label} className="facts__row"><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
      <pre className="snippet events__body" tabIndex={0} role="region" aria-label={t('events-body')}>{json}</pre>
      <div className="channel__acts">
        {call.set_aside && <WorkNow id={call.set_aside} />}
        {call.outcome !== 'refused' && <Button size="small" icon={<Copy size={14} aria-hidden="true" />} onPress={() => copy(asCurl(location.origin, call.kind, call.body))}>{t('events-copy-curl')}</Button>}
        <Button size="small" icon={<Copy size={14} aria-hidden="true" />} onPress={() => copy(json)}>{t('events-copy-body')}</Button>
      </div>
    </div>
  )
}

/** Works one call that was set aside; it appears anew, with what became of it. */
function WorkNow({ id }: { id: string }) {
  const { t } = useI18n()
  const [state, setState] = useState<'waits' | 'busy' | 'worked'>('waits')
  if (!can(useMe()).administer) return null
  const work = async () => {
    setState('busy')
    try {
      const { worked, refused, kept } = await api.post<Replay>('collection/replays', { ids: [id] })
      setState(kept ? 'waits' : 'worked')
      toast(kept ? t('events-still-differs') : worked ? t('quality-worked', { count: worked }) : refused ? t('quality-not-worked', { count: refused }) : t('events-worked-already'))
    } catch (error) {
      setState('waits')
      sayFailure(t, error)
    }
  }
  return <Button size="small" isPending={state === 'busy'} isDisabled={state === 'worked'} icon={<Play size={14} aria-hidden="true" />} onPress={() => void work()}>{t('quality-work')}</Button>
}

/** What a code means; the code itself is what the documentation is searched by. */
function Words({ code, otherwise = '' }: { code: string; otherwise?: string }) {
  const { t } = useI18n()
  const words = wordsOf(code)
  return <><strong>{code}</strong> {words ? t(words) : otherwise}</>
}

/** Nothing yet: how to send the first one. */
function Waiting() {
  const { t } = useI18n()
  const command = asCurl(location.origin, 'track', { anonymousId: 'test-1', event: 'Test Event', properties: { from: 'curl' } })
  return (
    <div className="events__wait">
      <Empty icon={Activity} title={t('events-first')} action={can(useMe()).administer && <Link to="/settings/{-$section}" params={{ section: 'keys' }}>{t('events-make-key')}</Link>}>{t('events-first-text')}</Empty>
      <code className="snippet">{command}</code>
      <p className="channel__acts"><Button size="small" icon={<Copy size={14} aria-hidden="true" />} onPress={() => void navigator.clipboard.writeText(command).then(() => toast(t('copied')))}>{t('events-copy-command')}</Button></p>
    </div>
  )
}
