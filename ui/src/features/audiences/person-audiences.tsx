import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Target } from 'lucide-react'
import { useI18n } from '../../i18n/context'
import { membershipsQuery } from './queries'
import './person-audiences.css'

/** The audiences somebody is in; each leads to why. */
export function PersonAudiences({ person }: { person: string }) {
  const { t, format } = useI18n()
  const { data } = useQuery(membershipsQuery(person))
  if (!data?.length) return null
  return (
    <ul className="person-audiences" aria-label={t('audiences')}>
      {[...data].sort((a, b) => format.compare(a.name, b.name)).map(({ id, name, since }) => (
        <li key={id}>
          <Link to="/audiences/$audience" params={{ audience: id }} search={{ person }} className="tag person-audiences__link" title={t('audience-in-since', { date: format.full(since) })}>
            <Target size={12} aria-hidden="true" />{name}
          </Link>
        </li>
      ))}
    </ul>
  )
}
