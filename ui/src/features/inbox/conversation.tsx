import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { Conversation, ConversationDetail, Message } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Skeleton } from '../../ui/state'
import { seedPresence, useAnnouncePresence } from '../live/store'
import { can, useMe } from '../session/queries'
import { LoadFailure } from '../shell/failure'
import { useMarkRead, type useActs } from './acts'
import { Composer } from './composer'
import { ConversationHeader } from './conversation-header'
import { forwardedFrom } from './forward'
import { NewConversation } from './new-conversation'
import { useCommands } from '../commands/store'
import { conversationQuery, threadQuery, type ListParams } from './queries'
import { SpamNotice } from './spam-notice'
import { ThreadView } from './thread'
import { subjectOf } from './subject'
import './conversation.css'

interface Props {
  id: string
  params: ListParams
  acts: ReturnType<typeof useActs>
  isMain: boolean
  panelOn: boolean
  onBack: () => void
  onPanel: () => void
  onClosed: (closed: Conversation[]) => void
}

export function ConversationPane({ id, ...props }: Props) {
  const { t } = useI18n()
  const conversation = useQuery(conversationQuery(id))
  const thread = useQuery(threadQuery(id))
  const failed = conversation.error ?? thread.error
  if (conversation.data && thread.data) return <Open conversation={conversation.data} thread={thread.data} {...props} />
  if (failed) return <LoadFailure error={failed} title={t('error-load-conversation')} onRetry={() => { void conversation.refetch(); void thread.refetch() }} />
  return <ConversationSkeleton />
}

const READ_AFTER_MS = 800

function Open({ conversation, thread, params, acts, isMain, panelOn, onBack, onPanel, onClosed }: Omit<Props, 'id'> & { conversation: ConversationDetail; thread: import('./queries').Thread }) {
  const me = useMe()
  const { t, format } = useI18n()
  const navigate = useNavigate()
  const markRead = useMarkRead(params)
  const [forwarding, setForwarding] = useState<Message | null>(null)
  const newest = thread.items.filter((message) => message.kind === 'in' || message.kind === 'out').at(-1)
  const { id, unread, last_seq } = conversation
  useEffect(() => seedPresence(id, conversation.presence), [id])
  useEffect(() => {
    if (!unread || document.hidden) return
    const timer = setTimeout(() => markRead(conversation, false), READ_AFTER_MS)
    return () => clearTimeout(timer)
  }, [id, last_seq])
  const putAway = (kind: 'close' | 'spam') => {
    onClosed([conversation])
    acts.perform([conversation], { kind })
  }
  const block = (name: string) => void acts.block(conversation, name, () => onClosed([conversation]))
  useCommands([
    ...(can(me).answer && newest ? [{ id: 'forward', label: t('forward'), group: 'action' as const, keys: ['F'], run: () => setForwarding(newest) }] : []),
    { id: 'print', label: t('print'), group: 'action', run: () => window.print() },
  ])
  return (
    <article className="conversation" aria-label={t('conversation-named', { subject: subjectOf(t, conversation), number: conversation.number })}>
      <ConversationHeader conversation={conversation} acts={acts} isMain={isMain} panelOn={panelOn} onBack={onBack} onPanel={onPanel} onClose={() => putAway('close')} onSpam={() => putAway('spam')} onBlock={block} />
      <SpamNotice conversation={conversation} />
      <ThreadView conversation={conversation} thread={thread} onForward={setForwarding} />
      {can(me).answer
        ? <Composer key={id} conversation={conversation} thread={thread} onSentAndClosed={() => onClosed([conversation])} />
        : <ReadOnly conversation={id} />}
      <NewConversation
        isOpen={forwarding !== null} forwarded={forwarding ? forwardedFrom(t, format, conversation, forwarding) : undefined} onOpen={() => setForwarding(forwarding)} onClose={() => setForwarding(null)}
        onStarted={(made) => void navigate({ to: '/inbox/$view/$conversation', params: { view: 'all', conversation: made } })}
      />
    </article>
  )
}

function ReadOnly({ conversation }: { conversation: string }) {
  const { t } = useI18n()
  useAnnouncePresence(conversation, 'viewing')
  return <p className="conversation__readonly">{t('observer-note')}</p>
}

function ConversationSkeleton() {
  return (
    <div className="conversation" aria-hidden="true">
      <div className="conversation__head"><Skeleton width="45%" height={18} /><Skeleton width="65%" /></div>
      <div className="thread thread--skeleton">
        <Skeleton width="62%" height={110} />
        <Skeleton width="55%" height={80} />
        <Skeleton width="60%" height={64} />
      </div>
    </div>
  )
}
