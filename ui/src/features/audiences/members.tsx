import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Audience, AudienceMember, PersonRef } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Skeleton } from '../../ui/state'
import { LoadFailure } from '../shell/failure'
import { People } from './preview'
import { membersQuery } from './queries'

/** Who is in a live audience, the newest first; read again when their number changes. */
export function Members({ audience }: { audience: Audience }) {
  const { t, format } = useI18n()
  const members = useInfiniteQuery(membersQuery(audience.id))
  const items = members.data?.pages.flatMap((page) => page.items) ?? []
  const settled = !!members.data
  useEffect(() => {
    if (settled) void members.refetch()
  }, [audience.members, audience.filling])
  return (
    <section className="audience-panel" aria-label={t('audience-members')}>
      <h2 className="audience-part__title">{t('audience-members')} <span className="tabular muted">{format.number(audience.members)}</span></h2>
      {audience.filling && <p className="muted" role="status">{t('audience-filling-text')}</p>}
      {members.isPending && <><Skeleton width="60%" /><Skeleton width="50%" /></>}
      {members.isError && !members.data && <LoadFailure error={members.error} onRetry={() => void members.refetch()} />}
      {members.data && items.length === 0 && !audience.filling && <p className="muted">{t('audience-members-none')}</p>}
      <People people={items} note={(person: PersonRef) => t('audience-since', { ago: format.ago((person as AudienceMember).since) })} />
      {members.hasNextPage && <Button size="small" isPending={members.isFetchingNextPage} onPress={() => void members.fetchNextPage()}>{t('audience-members-more')}</Button>}
    </section>
  )
}
