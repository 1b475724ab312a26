import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Link2, Split } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import type { GraphEdge, GraphHome, Person, PersonGraph } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Skeleton } from '../../ui/state'
import { toast } from '../../ui/toast'
import { offerUndo } from '../commands/undo'
import { sayFailure } from '../inbox/acts'
import { can, useMe } from '../session/queries'
import { LoadFailure } from '../shell/failure'
import { looseEnds, reasonKey, tiesOf } from './graph-words'
import { personName } from './person-name'
import { identityLabel, IdentityValue, shortValue } from './profile-parts'
import { PersonCard } from './person-card'
import { graphQuery } from './queries'

/** What was met where, why it is one person, and how to take it apart. */
export function IdentityGraph({ person }: { person: Person }) {
  const { t } = useI18n()
  const { data: graph, error, isPending, refetch } = useQuery(graphQuery(person.id))
  if (isPending) return <Skeleton width="60%" />
  if (!graph) return <LoadFailure error={error} onRetry={() => void refetch()} />
  const loose = looseEnds(graph)
  return (
    <>
      <p className="muted identity-intro">{t(graph.homes.length > 1 ? 'graph-intro' : 'graph-single')}</p>
      <ul className="homes">{graph.homes.map((home) => <Home key={home.id} graph={graph} home={home} />)}</ul>
      {loose.length > 0 && (
        <section className="person-part">
          <h2 className="person-part__title">{t('graph-loose')}</h2>
          <ul className="homes">{loose.map((edge) => <Loose key={edge.id} edge={edge} />)}</ul>
        </section>
      )}
    </>
  )
}

function Home({ graph, home }: { graph: PersonGraph; home: GraphHome }) {
  const { t, format } = useI18n()
  const change = useEdges(home.id)
  const answers = can(useMe()).answer
  const [asked, setAsked] = useState<Person[] | null>(null)
  const [busy, setBusy] = useState(false)
  const ties = tiesOf(graph, home.id)
  const [first] = home.identities
  const label = home.name ?? (first ? shortValue(first) : t('visitor'))
  const done = () => t('done-separated', { name: label })
  const known = new Set(graph.homes.flatMap((one) => one.identities.map(({ kind, value }) => kind + value)))
  const reachesFurther = (one: Person) => one.identities.some(({ kind, value }) => !known.has(kind + value))
  // Two come of it as a rule. When more fall apart, or a part becomes somebody else's, they are shown first.
  const separate = async () => {
    setBusy(true)
    try {
      const { people } = await api.patch<{ people: Person[] }>(`people/${home.id}/edges`, { edges: ties, retracted: true, preview: true })
      if (people.length > 2 || people.some(reachesFurther)) setAsked(people)
      else await change(ties, true, done())
    } catch (error) {
      sayFailure(t, error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <li className="home">
      <div className="home__head">
        <p className="home__name">{label} <span className="muted">{t('graph-since', { date: format.short(home.created_at) })}</span></p>
        {answers && ties.length > 0 && (
          <Button size="small" icon={<Split size={14} aria-hidden="true" />} aria-label={t('graph-separate-named', { name: label })} isPending={busy} onPress={() => void separate()}>{t('graph-separate')}</Button>
        )}
      </div>
      <ul className="home__values">{home.identities.map((identity) => (
        <li key={identity.kind + identity.value}><span className="home__kind muted">{identityLabel(t, identity.kind)}</span><IdentityValue identity={identity} /></li>
      ))}</ul>
      <ul className="home__reasons muted">
        {graph.edges.filter((edge) => ties.includes(edge.id)).map((edge) => <li key={edge.id}><Reason edge={edge} /></li>)}
      </ul>
      <Dialog title={t('graph-separate-named', { name: label })} closeLabel={t('close-dialog')} isOpen={asked !== null} onClose={() => setAsked(null)} wide
        foot={<><Button onPress={() => setAsked(null)}>{t('cancel')}</Button><Button kind="primary" onPress={() => { setAsked(null); void change(ties, true, done()) }}>{t('graph-separate')}</Button></>}>
        <p>{(asked?.length ?? 0) > 2 ? t('graph-falls-apart', { count: asked?.length ?? 0 }) : t('graph-goes-to-others')}</p>
        <div className="merge__two">{asked?.map((one) => <PersonCard key={one.id} person={one} />)}</div>
      </Dialog>
    </li>
  )
}

function Reason({ edge }: { edge: GraphEdge }) {
  const { t, format } = useI18n()
  const key = reasonKey(edge)
  return <><Link2 size={13} aria-hidden="true" /> {key ? t(key, { name: edge.by.name }) : edge.reason} · {format.short(edge.at)}</>
}

function Loose({ edge }: { edge: GraphEdge }) {
  const { t, format } = useI18n()
  const change = useEdges(edge.one)
  const answers = can(useMe()).answer
  const other = edge.somebody_else
  return (
    <li className="home">
      <div className="home__head">
        <p className="home__name">
          {other ? <Link to="/customers/$person" params={{ person: other.id }}>{personName(t, other)}</Link> : t('graph-within')}
          {' '}<span className="muted">{edge.state === 'refused' ? t('graph-refused') : t('graph-retracted', { name: edge.retracted_by?.name ?? '', date: edge.retracted_at ? format.short(edge.retracted_at) : '' })}</span>
        </p>
        {edge.state === 'retracted' && answers && (
          <Button size="small" icon={<Link2 size={14} aria-hidden="true" />} aria-label={other ? t('graph-join-named', { name: personName(t, other) }) : undefined} onPress={() => void change([edge.id], false, t('done-joined'))}>{t('graph-join-again')}</Button>
        )}
      </div>
      <p className="home__reasons muted"><Reason edge={edge} /></p>
    </li>
  )
}

/** Takes ties of a home back or gives them back, with the other as its undo. */
function useEdges(home: string) {
  const { t } = useI18n()
  const client = useQueryClient()
  const put = async (edges: number[], retracted: boolean) => {
    const { people } = await api.patch<{ people: Person[] }>(`people/${home}/edges`, { edges, retracted })
    for (const queryKey of [['person'], ['people'], ['timeline'], ['conversation'], ['conversations']]) void client.invalidateQueries({ queryKey })
    return people
  }
  return async (edges: number[], retracted: boolean, done: string) => {
    try {
      const people = await put(edges, retracted)
      if (!retracted && people.length > 1) return void toast(t('graph-refused'), { tone: 'danger' })
      offerUndo(done, t('undo'), () => void put(edges, !retracted).catch((error: unknown) => sayFailure(t, error)))
    } catch (error) {
      sayFailure(t, error)
    }
  }
}
