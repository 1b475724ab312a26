import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { CircleCheckBig, Inbox as InboxIcon, SearchX } from 'lucide-react'
import { api } from '../../api/client'
import type { Conversation, Page } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Empty } from '../../ui/state'
import { can, useMe } from '../session/queries'
import { channelsQuery, type ListParams } from './queries'

/** Nothing matches, nothing yet, or all done: three different things to say. */
export function EmptyList({ params, arrivals, onClear }: { params: ListParams; arrivals: number; onClear: () => void }) {
  const { t } = useI18n()
  const me = useMe()
  const navigate = useNavigate()
  const { data: channels } = useQuery(channelsQuery)
  if (arrivals > 0) return null
  if (params.query || params.status) {
    return <Empty icon={SearchX} title={t('empty-filter')} action={<Button onPress={onClear}>{t('clear-filters')}</Button>}>{t('empty-filter-text')}</Empty>
  }
  if (channels && channels.length === 0) {
    const connect = () => void navigate({ to: '/settings/{-$section}', params: { section: 'channels' } })
    return (
      <Empty icon={InboxIcon} title={t('empty-start')} action={can(me).administer && <Button kind="primary" onPress={connect}>{t('connect-channel')}</Button>}>
        {can(me).administer ? t('empty-start-text') : t('empty-start-ask')}
      </Empty>
    )
  }
  if (params.view === 'closed' || params.view === 'spam' || params.view === 'snoozed' || params.view === 'mentions') {
    return <Empty icon={InboxIcon} title={t(`empty-${params.view}`)}>{t(`empty-${params.view}-text`)}</Empty>
  }
  return <AllDone />
}

function AllDone() {
  const { t, format } = useI18n()
  const { data } = useQuery({
    queryKey: ['next-snoozed'],
    queryFn: ({ signal }) => api.get<Page<Conversation>>('conversations', { view: 'snoozed', limit: 200 }, signal),
  })
  const next = data?.items.map((row) => row.snoozed_until).filter((until) => until !== null).sort()[0]
  return <Empty icon={CircleCheckBig} tone="done" title={t('all-done')}>{next ? t('all-done-next', { time: format.soon(next) }) : t('all-done-text')}</Empty>
}
