import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Plus, Target } from 'lucide-react'
import type { Audience } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { usePageTitle } from '../../ui/page-title'
import { Empty, Skeleton } from '../../ui/state'
import { useCommands } from '../commands/store'
import { can, useMe } from '../session/queries'
import { LoadFailure } from '../shell/failure'
import { audiencesFollowed } from './queries'
import { StatePills } from './state-pills'
import '../../ui/table.css'
import './audiences.css'

export function Audiences() {
  const { t, format } = useI18n()
  const me = useMe()
  const navigate = useNavigate()
  const audiences = useQuery({ ...audiencesFollowed, select: (list) => [...list].sort((a, b) => format.compare(a.name, b.name)) })
  const start = () => void navigate({ to: '/audiences/$audience', params: { audience: 'new' } })
  const able = can(me).manageAudiences
  usePageTitle(t('audiences'))
  useCommands(able ? [{ id: 'new-audience', label: t('audience-new'), group: 'action', run: start }] : [])
  const add = able && <Button kind="primary" icon={<Plus size={15} aria-hidden="true" />} onPress={start}>{t(audiences.data?.length ? 'audience-new' : 'audience-first')}</Button>
  return (
    <main className="screen audiences scroll" id="main" tabIndex={-1}>
      <div className="audiences__page">
        <header className="audiences__head">
          <div>
            <h1 className="audiences__title">{t('audiences')}</h1>
            <p className="audiences__intro">{t('audiences-intro')}</p>
          </div>
          {!!audiences.data?.length && add}
        </header>
        {audiences.isError && !audiences.data && <LoadFailure error={audiences.error} onRetry={() => void audiences.refetch()} />}
        {audiences.isPending && <div className="skeleton-stack" aria-hidden="true"><Skeleton width="70%" /><Skeleton width="50%" /><Skeleton width="60%" /></div>}
        {audiences.data?.length === 0 && <Empty icon={Target} title={t('audiences-none')} action={add}>{t('audiences-none-text')}</Empty>}
        {!!audiences.data?.length && <AudienceTable audiences={audiences.data} />}
      </div>
    </main>
  )
}

function AudienceTable({ audiences }: { audiences: Audience[] }) {
  const { t } = useI18n()
  return (
    <div className="table-frame">
      <table className="table table--stack" role="table">
        <caption className="visually-hidden">{t('audiences')}</caption>
        <thead>
          <tr role="row">
            <th scope="col" role="columnheader">{t('field-name')}</th>
            <th scope="col" role="columnheader">{t('audience-state')}</th>
            <th scope="col" role="columnheader" className="audiences__number">{t('audience-members')}</th>
            <th scope="col" role="columnheader" className="table__wide">{t('audience-used-by')}</th>
            <th scope="col" role="columnheader">{t('audience-changed')}</th>
          </tr>
        </thead>
        <tbody>{audiences.map((audience) => <AudienceRow key={audience.id} audience={audience} />)}</tbody>
      </table>
    </div>
  )
}

function AudienceRow({ audience }: { audience: Audience }) {
  const { t, format } = useI18n()
  return (
    <tr role="row">
      <td role="cell">
        <Link to="/audiences/$audience" params={{ audience: audience.id }} className="audiences__link">{audience.name}</Link>
        {audience.description && <span className="table__sub audiences__description">{audience.description}</span>}
      </td>
      <td role="cell"><span className="audiences__pills"><StatePills audience={audience} /></span></td>
      <td role="cell" className="audiences__number tabular">
        {audience.live ? <>{format.number(audience.members)}<span className="audiences__unit"> {t('audience-people')}</span></> : <span className="muted">–</span>}
      </td>
      <td role="cell" className="table__wide">{audience.used_by.length ? format.list(audience.used_by) : <span className="muted">–</span>}</td>
      <td role="cell" className="audiences__age"><time dateTime={audience.changed_at} title={format.full(audience.changed_at)}>{format.ago(audience.changed_at)}</time></td>
    </tr>
  )
}
