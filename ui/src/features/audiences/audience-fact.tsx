import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { TimelineItem } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { audiencesQuery } from './queries'

/** Entering and leaving on a timeline; the audience by its name of today, as long as it is there. */
export function AudienceFact({ item }: { item: TimelineItem }) {
  const { t } = useI18n()
  const { data } = useQuery(audiencesQuery)
  const entered = item.name === 'audience.entered'
  const audience = data?.find(({ id }) => id === item.payload.audience)
  return (
    <>
      <p>{t(entered ? 'fact-audience-entered' : 'fact-audience-left')}</p>
      {audience && <Link className="timeline__link truncate" to="/audiences/$audience" params={{ audience: audience.id }}>{audience.name}</Link>}
    </>
  )
}
