import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Check, UserRoundSearch, X } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Audience } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Skeleton } from '../../ui/state'
import { personName } from '../people/person-name'
import { PersonPicker } from '../people/person-picker'
import { personQuery } from '../people/queries'
import { LoadFailure } from '../shell/failure'
import { groupOf, type Condition } from './condition'
import { usePartWords } from './describe'
import { fromCondition } from './model'
import { whyQuery, type Explanation } from './queries'
import { useBecause } from './because'

const route = getRouteApi('/shell/audiences/$audience')

/** Why somebody is in the audience as it is saved, or is not. */
export function WhyPanel({ audience, dirty }: { audience: Audience; dirty: boolean }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const { person } = route.useSearch()
  const [choosing, setChoosing] = useState(false)
  const trigger = useRef<HTMLButtonElement>(null)
  return (
    <section className="audience-panel" aria-label={t('audience-why')}>
      <h2 className="audience-part__title">{t('audience-why')}</h2>
      {!person && <p className="muted">{t('audience-why-text')}</p>}
      <Button ref={trigger} size="small" icon={<UserRoundSearch size={14} aria-hidden="true" />} onPress={() => setChoosing(true)}>{t(person ? 'audience-why-another' : 'audience-why-choose')}</Button>
      <PersonPicker label={t('audience-why-choose')} isOpen={choosing} triggerRef={trigger} onClose={() => setChoosing(false)}
        onChoose={(id) => void navigate({ to: '.', search: { person: id } as never, replace: true })} />
      {person && dirty && <p className="muted">{t('audience-why-saved')}</p>}
      {person && <Why audience={audience} person={person} />}
    </section>
  )
}

function Why({ audience, person: id }: { audience: Audience; person: string }) {
  const { t, format } = useI18n()
  const { data: person } = useQuery(personQuery(id))
  const { data, error, isPending, refetch } = useQuery(whyQuery(audience.id, id))
  if (error && !data) return <LoadFailure error={error} onRetry={() => void refetch()} />
  if (isPending || !person) return <><Skeleton width="60%" /><Skeleton width="80%" /></>
  const verdict = audience.live ? (data.holds ? 'audience-is-in' : 'audience-is-out') : data.holds ? 'audience-would-be-in' : 'audience-would-be-out'
  return (
    <div className="why">
      <p className="why__verdict"><Mark holds={data.holds} /><span><Link to="/customers/$person" params={{ person: id }}>{personName(t, person)}</Link> {t(verdict)}</span></p>
      <ul className="why__tree"><WhyPart explanation={data} condition={audience.condition as Condition} /></ul>
      {data.changes_at && <p className="muted">{t('audience-changes-at', { time: format.full(data.changes_at) })}</p>}
      {!data.complete && <p className="muted">{t('audience-incomplete')}</p>}
    </div>
  )
}

function Mark({ holds }: { holds: boolean }) {
  const { t } = useI18n()
  const Icon = holds ? Check : X
  return <span className={`why__mark why__mark--${holds ? 'yes' : 'no'}`}><Icon size={13} strokeWidth={2.6} aria-hidden="true" /><span className="visually-hidden">{t(holds ? 'audience-holds' : 'audience-holds-not')}</span></span>
}

function WhyPart({ explanation, condition }: { explanation: Explanation; condition: Condition | undefined }) {
  const describe = usePartWords()
  const because = useBecause()
  const group = condition && groupOf(condition)
  const root = condition && fromCondition(condition)
  // The explanation has the shape of the condition; where it has not, its own words are shown.
  const words = root ? describe(group ? root : root.parts[0]!) : explanation.text
  return (
    <li className="why__part">
      <div className="why__line">
        <Mark holds={explanation.holds} />
        <span><span className="why__words">{words}</span><span className="why__because">{because(explanation)}</span></span>
      </div>
      {!!explanation.parts?.length && <ul className="why__tree">{explanation.parts.map((part, index) => <WhyPart key={index} explanation={part} condition={group?.parts[index]} />)}</ul>}
    </li>
  )
}
