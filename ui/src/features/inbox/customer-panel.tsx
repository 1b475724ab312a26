import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowUpRight, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useI18n } from '../../i18n/context'
import { IconButton } from '../../ui/button'
import { Skeleton } from '../../ui/state'
import { PersonAudiences } from '../audiences/person-audiences'
import { OnSite } from '../people/on-site'
import { PersonConversations, PersonFacts, PersonHead, PersonTimeline } from '../people/profile-parts'
import { personQuery } from '../people/queries'
import { LoadFailure } from '../shell/failure'
import { conversationQuery } from './queries'

interface Props { conversation: string; overlay: boolean; isMain: boolean; resizer: ReactNode; onClose: () => void }

export function CustomerPanel({ conversation: id, overlay, isMain, resizer, onClose }: Props) {
  const Title = isMain ? 'h1' : 'h2'
  const Pane = isMain ? 'main' : 'aside'
  const { t } = useI18n()
  const { data: conversation } = useQuery(conversationQuery(id))
  const personId = conversation?.person.id
  const person = useQuery({ ...personQuery(personId ?? ''), enabled: !!personId })
  return (
    <Pane className={`panel${overlay ? ' panel--overlay' : ''}`} aria-label={t('customer-panel')}>
      {resizer}
      <div className="panel__scroll scroll">
        <div className="panel__bar">
          <Title className="panel__title">{t('customer')}</Title>
          {personId && (
            <Link to="/customers/$person" params={{ person: personId }} className="panel__profile">{t('open-profile')}<ArrowUpRight size={14} aria-hidden="true" /></Link>
          )}
          <IconButton size="small" label={t('hide-panel')} shortcut="I" icon={<X size={16} aria-hidden="true" />} onPress={onClose} />
        </div>
        {person.isError && !person.data && <LoadFailure error={person.error} onRetry={() => void person.refetch()} />}
        {person.data ? (
          <>
            <PersonHead person={person.data} title={isMain ? 'h2' : 'h3'} />
            <PersonAudiences person={person.data.id} />
            <OnSite person={person.data.id} live={conversation?.channel.kind === 'chat' && conversation.status !== 'closed'} />
            <PersonFacts person={person.data} />
            <PersonConversations person={person.data.id} except={id} />
            <PersonTimeline person={person.data.id} />
          </>
        ) : !person.isError && (
          <div className="skeleton-stack" aria-hidden="true"><Skeleton width={48} height={48} round /><Skeleton width="60%" height={16} /><Skeleton width="80%" /><Skeleton width="70%" /></div>
        )}
      </div>
    </Pane>
  )
}
