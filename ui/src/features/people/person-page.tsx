import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Ban, GitMerge, MessageSquare } from 'lucide-react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import type { Person } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { ChannelGlyph } from '../../ui/avatar'
import { Button } from '../../ui/button'
import { Empty, Skeleton } from '../../ui/state'
import { PersonAudiences } from '../audiences/person-audiences'
import { can, useMe } from '../session/queries'
import { LoadFailure } from '../shell/failure'
import { canBlock, useBlock } from './block'
import { IdentityGraph } from './identity-graph'
import { MergeButton } from './merge'
import { OnSite } from './on-site'
import { PersonFacts, PersonHead, PersonTimeline } from './profile-parts'
import { personConversationsQuery } from './queries'
import { usePageTitle } from '../../ui/page-title'
import { personName } from './person-name'
import { subjectOf } from '../inbox/subject'

const route = getRouteApi('/shell/customers/$person')

export function PersonPage({ person }: { person: Person }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const { tab = 'timeline' } = route.useSearch()
  usePageTitle(personName(t, person), t('customers'))
  return (
    <>
      {person.merged_into && (
        <p className="profile__merged"><GitMerge size={16} aria-hidden="true" />{t('merged-into')} <Link to="/customers/$person" params={{ person: person.merged_into }}>{t('open-survivor')}</Link></p>
      )}
      <PersonHead person={person} title="h1"><span className="person-head__acts">{can(useMe()).answer && <MergeButton key={person.id} person={person} />}<BlockButton person={person} /></span></PersonHead>
      <PersonAudiences person={person.id} />
      <div className="profile__columns">
        <section className="profile__fields" aria-label={t('profile-fields')}><PersonFacts person={person} /><OnSite person={person.id} /></section>
        <Tabs className="tabs" selectedKey={tab} onSelectionChange={(key) => void navigate({ to: '.', search: (old) => ({ ...old, tab: key === 'timeline' ? undefined : key }) as never, replace: true })}>
          <TabList className="tabs__list" aria-label={t('profile-parts')}>
            <Tab id="timeline" className="tabs__tab">{t('timeline')}</Tab>
            <Tab id="identities" className="tabs__tab">{t('identities')}</Tab>
            <Tab id="conversations" className="tabs__tab">{t('conversations')} <span className="tabular muted">{person.conversation_count}</span></Tab>
          </TabList>
          <TabPanel id="timeline" className="tabs__panel"><PersonTimeline person={person.id} title="h2" /></TabPanel>
          <TabPanel id="identities" className="tabs__panel"><IdentityGraph person={person} /></TabPanel>
          <TabPanel id="conversations" className="tabs__panel"><Conversations person={person.id} /></TabPanel>
        </Tabs>
      </div>
    </>
  )
}

function BlockButton({ person }: { person: Person }) {
  const { t } = useI18n()
  const { block, unblock } = useBlock(person)
  if (!can(useMe()).answer || !canBlock(person)) return null
  return person.blocked_at
    ? <Button onPress={unblock}>{t('unblock')}</Button>
    : <Button icon={<Ban size={15} aria-hidden="true" />} onPress={block}>{t('block')}</Button>
}

function Conversations({ person }: { person: string }) {
  const { t, format } = useI18n()
  const { data, error, isPending, refetch } = useQuery(personConversationsQuery(person))
  if (isPending) return <Skeleton width="60%" />
  if (!data) return <LoadFailure error={error} onRetry={() => void refetch()} />
  if (!data.length) return <Empty icon={MessageSquare} title={t('no-conversations')} />
  return (
    <ul className="profile__conversations">
      {data.map((row) => (
        <li key={row.id}>
          <Link to="/inbox/$view/$conversation" params={{ view: 'all', conversation: row.id }} className="conversation-row">
            <ChannelGlyph kind={row.channel.kind} size={16} />
            <span className="conversation-row__text"><span className="truncate">{subjectOf(t, row)}</span><span className="table__sub truncate">{row.number} · {row.preview}</span></span>
            <span className={`status-word status-word--${row.status}`}>{t(`status-${row.status}`)}</span>
            <span className="tabular muted">{format.age(row.last_message_at)}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
