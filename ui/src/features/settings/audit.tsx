import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ClipboardList } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import type { AuditEntry, Json, Page } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Select } from '../../ui/field'
import { Empty, Skeleton } from '../../ui/state'
import { usersQuery } from '../inbox/queries'
import { LoadFailure } from '../shell/failure'

export function AuditLog() {
  const { t, format } = useI18n()
  const { data: users = [] } = useQuery(usersQuery)
  const [actor, setActor] = useState('all')
  const log = useInfiniteQuery({
    queryKey: ['audit', actor],
    queryFn: ({ pageParam, signal }) => api.get<Page<AuditEntry>>('audit', { actor: actor === 'all' ? null : actor, limit: 50, after: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
  const entries = log.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <div className="toolbar">
        <Select label={t('audit-who')} hideLabel value={actor} onChange={setActor} options={[{ id: 'all', name: t('everybody') }, ...users.map(({ id, name }) => ({ id, name }))]} />
      </div>
      {log.isPending && <div className="card"><div className="card__body" aria-hidden="true"><Skeleton width="60%" /><Skeleton width="80%" /></div></div>}
      {log.isError && !log.data && <div className="card"><LoadFailure error={log.error} onRetry={() => void log.refetch()} /></div>}
      {log.data && entries.length === 0 && <div className="card"><Empty icon={ClipboardList} title={t('audit-none')} /></div>}
      {entries.length > 0 && (
        <div className="table-frame">
          <table className="table">
            <caption className="visually-hidden">{t('settings-audit')}</caption>
            <thead><tr><th scope="col">{t('when')}</th><th scope="col">{t('audit-who')}</th><th scope="col">{t('audit-what')}</th><th scope="col" className="table__wide">{t('audit-change')}</th></tr></thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.id}>
                  <td><time dateTime={entry.at} title={format.full(entry.at)}>{format.ago(entry.at)}</time></td>
                  <td>{entry.actor.name}{entry.ip && <span className="table__sub">{entry.ip}</span>}</td>
                  <td><code>{entry.action}</code>{entry.target && <span className="table__sub">{entry.target.name}</span>}</td>
                  <td className="table__wide"><Change before={entry.before} after={entry.after} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {log.hasNextPage && <div className="toolbar"><Button isPending={log.isFetchingNextPage} onPress={() => void log.fetchNextPage()}>{t('load-older')}</Button></div>}
    </>
  )
}

function Change({ before, after }: { before: Json; after: Json }) {
  return (
    <span className="diff">
      {before !== null && <span className="diff__before">− {JSON.stringify(before)}</span>}
      {after !== null && <span className="diff__after">+ {JSON.stringify(after)}</span>}
    </span>
  )
}
