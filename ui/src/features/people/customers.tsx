import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate, useParams } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronLeft, Download, Search, SearchX, Upload, UserRound, Users, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Button as AriaButton, Input, SearchField } from 'react-aria-components'
import { withQuery } from '../../api/client'
import type { Person } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Avatar } from '../../ui/avatar'
import { Button } from '../../ui/button'
import { ONE_PANE, useMedia } from '../../ui/media'
import { Empty, Skeleton } from '../../ui/state'
import { useCommands } from '../commands/store'
import { can, useMe } from '../session/queries'
import { LoadFailure } from '../shell/failure'
import { PersonPage } from './person-page'
import { peopleQuery, personQuery } from './queries'
import '../inbox/list.css'
import './people.css'
import { usePageTitle } from '../../ui/page-title'
import { useTyped } from '../../ui/use-typed'
import { personName } from './person-name'

const route = getRouteApi('/shell/customers')
const ROW = 60

export function Customers() {
  const { t } = useI18n()
  const { query } = route.useSearch()
  const { person } = useParams({ strict: false }) as { person?: string }
  const onePane = useMedia(ONE_PANE)
  const me = useMe()
  usePageTitle(t('customers'))
  return (
    <div className="screen customers" data-pane={person ? 'person' : 'list'}>
      <section className="customers__list" role={onePane && !person ? 'main' : undefined} aria-label={t('customers')}>
        <header className="list-head">
          <div className="list-head__line">{onePane || !person ? <h1 className="list-head__title">{t('customers')}</h1> : <h2 className="list-head__title">{t('customers')}</h2>}{can(me).importPeople && <ImportLink />}</div>
          <div className="customers__tools">
            <CustomerSearch query={query ?? ''} />
            {can(me).export && <ExportLink query={query ?? ''} />}
          </div>
        </header>
        <CustomerList query={query ?? ''} open={person ?? null} />
      </section>
      <main className="customers__main scroll" id="main" tabIndex={-1}>
        {person ? <Profile id={person} /> : <Empty icon={UserRound} title={t('choose-customer')}>{t('choose-customer-text')}</Empty>}
      </main>
    </div>
  )
}

/** All that is found, with the mark by which spreadsheets know UTF-8. */
function ExportLink({ query }: { query: string }) {
  const { t } = useI18n()
  return (
    <a className="button button--secondary button--small" href={withQuery('people/export', { query, bom: true })} download title={t('export-customers-help')}>
      <Download size={14} aria-hidden="true" />
      <span>{t('export-customers')}</span>
    </a>
  )
}

function ImportLink() {
  const { t } = useI18n()
  return (
    <Link to="/imports" className="button button--secondary button--small customers__import" title={t('imports-help')}>
      <Upload size={14} aria-hidden="true" />
      <span>{t('imports-short')}</span>
    </Link>
  )
}

function CustomerSearch({ query }: { query: string }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const [text, change] = useTyped(query, (words) => void navigate({ to: '.', search: (old) => ({ ...old, query: words || undefined }) as never, replace: true }))
  useCommands([{ id: 'search-customers', label: t('search-customers'), group: 'action', keys: ['/'], run: () => document.querySelector<HTMLInputElement>('#customer-search')?.focus() }])
  return (
    <SearchField className="list-search" aria-label={t('search-customers')} value={text} onChange={change}>
      <Search size={15} aria-hidden="true" />
      <Input id="customer-search" placeholder={t('search-customers-hint')} />
      {text && <AriaButton className="list-search__clear" aria-label={t('clear-search')}><X size={14} aria-hidden="true" /></AriaButton>}
    </SearchField>
  )
}

function CustomerList({ query, open }: { query: string; open: string | null }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const people = useInfiniteQuery(peopleQuery(query))
  const rows = people.data?.pages.flatMap((page) => page.items) ?? []
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 8 })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (people.hasNextPage && !people.isFetchingNextPage && last > rows.length - 20) void people.fetchNextPage()
  }, [last, rows.length, people.hasNextPage])
  if (people.isError && !people.data) return <LoadFailure error={people.error} onRetry={() => void people.refetch()} />
  if (people.isPending) return <div className="customers__skeleton" aria-hidden="true">{Array.from({ length: 8 }, (_, index) => <Skeleton key={index} width={`${50 + ((index * 17) % 40)}%`} height={16} />)}</div>
  if (!rows.length) {
    return query
      ? <Empty icon={SearchX} title={t('empty-filter')} action={<Button onPress={() => void navigate({ to: '.', search: {} as never })}>{t('clear-search')}</Button>} />
      : <Empty icon={Users} title={t('customers-none')}>{t('customers-none-text')}</Empty>
  }
  return (
    <div ref={scroller} className="customers__scroll scroll">
      <ul className="list__inner" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => <CustomerRow key={rows[item.index]!.id} person={rows[item.index]!} top={item.start} open={rows[item.index]!.id === open} />)}
      </ul>
    </div>
  )
}

function CustomerRow({ person, top, open }: { person: Person; top: number; open: boolean }) {
  const { t, format } = useI18n()
  return (
    <li className="customer-row" style={{ transform: `translateY(${top}px)`, height: ROW }}>
      <Link to="/customers/$person" params={{ person: person.id }} search={(old) => old as never} className="customer-row__link" aria-current={open ? 'page' : undefined}>
        <Avatar name={personName(t, person)} size={36} />
        <span className="row__main">
          <span className="row__line">
            <span className="row__name truncate">{personName(t, person)}</span>
            {person.last_seen_at && <span className="row__age tabular">{format.age(person.last_seen_at)}</span>}
          </span>
          <span className="row__line">
            <span className="row__preview truncate">{person.email ?? person.phone ?? t('no-contact')}</span>
            {person.open_conversations > 0 && <span className="pill pill--waiting">{t('open-count', { count: person.open_conversations })}</span>}
          </span>
        </span>
      </Link>
    </li>
  )
}

function Profile({ id }: { id: string }) {
  const { t } = useI18n()
  const person = useQuery(personQuery(id))
  return (
    <div className="profile">
      <Link to="/customers" search={(old) => old as never} className="back-link"><ChevronLeft size={16} aria-hidden="true" />{t('customers')}</Link>
      {person.data && <PersonPage person={person.data} />}
      {person.isError && !person.data && <LoadFailure error={person.error} onRetry={() => void person.refetch()} />}
      {person.isPending && <div className="skeleton-stack" aria-hidden="true"><Skeleton width={48} height={48} round /><Skeleton width="40%" height={18} /><Skeleton width="60%" /></div>}
    </div>
  )
}
