import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from '../../api/client'
import type { PersonRef } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Avatar } from '../../ui/avatar'
import { Button } from '../../ui/button'
import { Skeleton } from '../../ui/state'
import { personName } from '../people/person-name'
import { LoadFailure } from '../shell/failure'
import type { Preview } from './use-preview'

export function PreviewPanel({ preview, unfinished }: { preview: Preview; unfinished: boolean }) {
  const { t, format } = useI18n()
  const { data, error, waiting } = preview
  const refused = error instanceof ApiError && error.field !== null
  return (
    <section className="audience-panel" aria-label={t('audience-preview')}>
      <h2 className="audience-part__title">{t('audience-preview')}</h2>
      <div role="status" aria-busy={waiting}>
        {waiting && <><span className="visually-hidden">{t('audience-counting')}</span><Skeleton width="40%" height={32} /><Skeleton width="70%" /></>}
        {data && (
          <>
            <p className="audience-count tabular">{format.number(data.matching)}</p>
            <p className="muted">{t('audience-of-newest', { count: data.checked })}</p>
          </>
        )}
        {!waiting && unfinished && <p className="muted">{t('audience-unfinished')}</p>}
        {refused && <p className="muted">{t('audience-refused')}</p>}
      </div>
      {error && !refused && <LoadFailure error={error} onRetry={preview.again} />}
      {data && data.sample.length > 0 && <Sample people={data.sample} />}
    </section>
  )
}

const FIRST = 6

function Sample({ people }: { people: PersonRef[] }) {
  const { t } = useI18n()
  const [all, setAll] = useState(false)
  return (
    <>
      <h3 className="audience-panel__sub">{t('audience-sample')}</h3>
      <People people={all ? people : people.slice(0, FIRST)} />
      {!all && people.length > FIRST && <Button kind="link" size="small" onPress={() => setAll(true)}>{t('audience-sample-all', { count: people.length })}</Button>}
    </>
  )
}

export function People({ people, note }: { people: PersonRef[]; note?: (person: PersonRef) => string }) {
  const { t } = useI18n()
  return (
    <ul className="audience-people">
      {people.map((person) => (
        <li key={person.id}>
          <Link to="/customers/$person" params={{ person: person.id }} className="audience-people__row">
            <Avatar name={personName(t, person)} size={24} />
            <span className="truncate audience-people__name">{personName(t, person)}</span>
            <span className="muted truncate">{note ? note(person) : person.name ? person.email : null}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
