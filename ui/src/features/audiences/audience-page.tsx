import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ChevronLeft, Lock } from 'lucide-react'
import { useState } from 'react'
import { useI18n } from '../../i18n/context'
import { usePageTitle } from '../../ui/page-title'
import { Empty, Skeleton } from '../../ui/state'
import { can, useMe } from '../session/queries'
import { LoadFailure } from '../shell/failure'
import { AudienceEditor } from './editor'
import { audienceQuery } from './queries'
import '../../ui/table.css'
import '../inbox/list.css'
import './audiences.css'

const route = getRouteApi('/shell/audiences/$audience')

export function AudiencePage() {
  const { t } = useI18n()
  const me = useMe()
  const { audience: id } = route.useParams()
  const isNew = id === 'new'
  // What was made on this page goes on where it was being written.
  const [made, setMade] = useState<string | null>(null)
  const denied = isNew && !can(me).manageAudiences
  const { data, error, isError, isPending, refetch } = useQuery({ ...audienceQuery(id), enabled: !isNew })
  usePageTitle(isNew ? t('audience-new') : data?.name, t('audiences'))
  return (
    <main className="screen audiences scroll" id="main" tabIndex={-1}>
      <div className="audiences__page">
        <Link to="/audiences" className="audiences__back"><ChevronLeft size={16} aria-hidden="true" />{t('audiences')}</Link>
        {denied && <Empty icon={Lock} title={t('audience-denied')}>{t('audience-denied-text')}</Empty>}
        {(isNew ? !denied : data) && <AudienceEditor key={id === made ? 'new' : id} audience={isNew ? null : data!} onMade={setMade} />}
        {isError && !data && <LoadFailure error={error} onRetry={() => void refetch()} />}
        {isPending && !isNew && <div className="skeleton-stack" aria-hidden="true"><Skeleton width="40%" height={24} /><Skeleton width="70%" /><Skeleton width="60%" /></div>}
      </div>
    </main>
  )
}
