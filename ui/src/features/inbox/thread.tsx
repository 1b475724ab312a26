import { useQueryClient } from '@tanstack/react-query'
import { ArrowDown } from 'lucide-react'
import { Fragment, useLayoutEffect, useRef, useState } from 'react'
import type { ConversationDetail, Message } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { useTyping } from '../live/store'
import { useMe } from '../session/queries'
import { sayFailure } from './acts'
import { EventLine } from './event-line'
import { MessageCard } from './message'
import { useOutgoing } from './outbox'
import { OutgoingCard } from './outgoing-card'
import { loadOlder, type Thread } from './queries'
import { authorName, personName } from '../people/person-name'

const NEAR_END = 80

interface Props { conversation: ConversationDetail; thread: Thread; onForward: (message: Message) => void }

export function ThreadView({ conversation, thread, onForward }: Props) {
  const { t, format } = useI18n()
  const me = useMe()
  const client = useQueryClient()
  const outgoing = useOutgoing(conversation.id, me.id)
  const typing = useTyping(conversation.id)
  const { scroller, atEnd, onScroll, toEnd } = useStayAtEnd(thread.items, outgoing.map((entry) => entry.clientId + entry.state).join())
  const [loading, setLoading] = useState(false)
  const known = new Set(thread.items.map((message) => message.client_id))
  const older = () => {
    const element = scroller.current
    const fromEnd = element ? element.scrollHeight - element.scrollTop : 0
    setLoading(true)
    loadOlder(client, conversation.id)
      .then(() => requestAnimationFrame(() => element?.scrollTo({ top: element.scrollHeight - fromEnd })))
      .catch((error: unknown) => sayFailure(t, error))
      .finally(() => setLoading(false))
  }
  let lastDay = ''
  return (
    <div className="thread-frame">
      <div ref={scroller} className="thread scroll" onScroll={onScroll} tabIndex={0} role="region" aria-label={t('messages')}>
        {thread.before && <div className="thread__older"><Button size="small" isPending={loading} onPress={older}>{t('load-older')}</Button></div>}
        {thread.items.map((message) => {
          const day = format.dayKey(message.created_at)
          const separator = day !== lastDay
          lastDay = day
          return (
            <Fragment key={message.client_id ?? message.id}>
              {separator && <DaySeparator at={message.created_at} />}
              {message.kind === 'event' ? <EventLine message={message} /> : <MessageCard message={message} conversation={conversation} onForward={onForward} />}
            </Fragment>
          )
        })}
        {outgoing.filter((entry) => !known.has(entry.clientId)).map((entry) => <OutgoingCard key={entry.clientId} entry={entry} />)}
        {typing && <p className="thread__typing"><span className="dots" aria-hidden="true"><i /><i /><i /></span>{t('person-typing', { name: personName(t, conversation.person) })}</p>}
        <NewMessages messages={thread.items} />
      </div>
      {!atEnd && <Button size="small" kind="secondary" icon={<ArrowDown size={14} aria-hidden="true" />} onPress={toEnd}>{t('to-newest')}</Button>}
    </div>
  )
}

function DaySeparator({ at }: { at: string }) {
  const { format } = useI18n()
  const near = format.relativeDay(at)
  return <div className="day"><span>{near ? `${near} · ${format.day(at)}` : format.day(at)}</span></div>
}

/** Stays with the newest message while one is there; otherwise offers the way. */
function useStayAtEnd(messages: Message[], outgoing: string) {
  const scroller = useRef<HTMLDivElement>(null)
  const [atEnd, setAtEnd] = useState(true)
  const wasAtEnd = useRef(true)
  const last = messages.at(-1)?.id
  const toEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight })
  useLayoutEffect(() => {
    if (wasAtEnd.current) toEnd()
  }, [last, outgoing])
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    // A composer that grows must not cover the newest message.
    const observer = new ResizeObserver(() => wasAtEnd.current && toEnd())
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const onScroll = () => {
    const element = scroller.current
    if (!element) return
    wasAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END
    setAtEnd(wasAtEnd.current)
  }
  return { scroller, atEnd, onScroll, toEnd }
}

/** Tells a screen reader what came in while the conversation was open, and only that. */
function NewMessages({ messages }: { messages: Message[] }) {
  const { t } = useI18n()
  const first = useRef(messages.at(-1)?.seq ?? 0)
  const fresh = messages.filter((message) => message.kind === 'in' && message.seq > first.current).at(-1)
  return <p className="visually-hidden" aria-live="polite">{fresh && t('new-message-from', { name: authorName(t, fresh.author), text: fresh.text.slice(0, 200) })}</p>
}
