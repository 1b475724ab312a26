import { Bot } from 'lucide-react'
import type { Json, Message } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { Format } from '../../i18n/format'
import type { Translate } from '../../i18n/language'
import { authorName } from '../people/person-name'

export function EventLine({ message }: { message: Message }) {
  const { t, format } = useI18n()
  const bySystem = message.author.kind === 'system'
  return (
    <p className={`event${bySystem ? ' event--auto' : ''}`}>
      {bySystem && <Bot size={13} aria-hidden="true" />}
      <span>{describeFact(t, format, message.event?.name ?? '', message.event?.payload ?? {}, message.author)}</span>
      <time className="tabular" dateTime={message.created_at} title={format.full(message.created_at)}>{format.time(message.created_at)}</time>
    </p>
  )
}

type Payload = Record<string, Json>

/** The name of what a fact points to: its id is there too, but says nothing to a reader. */
const nameOf = ({ name }: Payload) => (typeof name === 'string' && name ? name : null)

/** What an organisation's own program named. */
const EVENT = 'event:'

const FACTS = [
  'conversation-created', 'conversation-closed', 'conversation-reopened', 'conversation-woken', 'conversation-status_changed', 'conversation-subject_changed', 'conversation-linked', 'conversation-marked_spam', 'conversation-unmarked_spam',
  'message-received', 'message-sent', 'message-undone', 'message-delivery_changed', 'message-separated', 'note-added', 'mention-added',
  'person-created', 'person-changed', 'person-merged', 'person-identified', 'person-described', 'person-aliased', 'person-merge_refused', 'person-separated', 'person-blocked', 'person-unblocked', 'group-joined',
] as const

/** One line for a fact, in a thread or on a timeline. */
export function describeFact(t: Translate, format: Format, name: string, payload: Payload, by: { kind: string; name: string }): string {
  // What the program did by itself bears its name; what a message set off bears none.
  const byItself = by.kind === 'system'
  const actor = byItself ? 'Kapocs' : authorName(t, by)
  switch (name) {
    case 'conversation.created': if (byItself) return t('fact-begun'); break
    case 'person.created': if (byItself) return t('fact-first-seen'); break
    case 'message.received': if (byItself) return t('fact-received'); break
    case 'conversation.assigned': {
      const to = nameOf(payload)
      return to ? t('fact-assigned', { actor, name: to }) : t('fact-unassigned', { actor })
    }
    case 'conversation.team_changed': {
      const to = nameOf(payload)
      return to ? t('fact-team', { actor, name: to }) : t('fact-noteam', { actor })
    }
    case 'conversation.marked_spam': if (payload.blocked === true) return t('fact-blocked-spam'); break
    case 'conversation.tagged': return t('fact-tagged', { actor, name: nameOf(payload) ?? '' })
    case 'conversation.untagged': return t('fact-untagged', { actor, name: nameOf(payload) ?? '' })
    case 'conversation.priority_changed': {
      const to = (['low', 'normal', 'high', 'urgent'] as const).find((one) => one === payload.to)
      return to ? t('fact-priority', { actor, name: t(`priority-${to}`) }) : t('fact-changed', { actor })
    }
    case 'conversation.snoozed': {
      const { until } = payload
      return typeof until === 'string' ? t('fact-snoozed', { actor, time: format.soon(until) }) : t('fact-snoozed-reply', { actor })
    }
  }
  if (name.startsWith(EVENT)) return t('fact-event', { actor, name: name.slice(EVENT.length) })
  if (name === 'page.viewed' || name === 'screen.viewed') {
    const kind = name === 'page.viewed' ? 'page' : 'screen'
    const shown = nameOf(payload)
    return shown ? t(`fact-${kind}`, { actor, name: shown }) : t(`fact-${kind}-unnamed`, { actor })
  }
  const known = FACTS.find((fact) => fact === name.replace('.', '-'))
  return known ? t(`fact-${known}`, { actor }) : t('fact-other', { actor, name })
}
