import type { ConversationDetail, Message } from '../../api/types'
import type { Format } from '../../i18n/format'
import type { Translate } from '../../i18n/language'
import { authorName } from '../people/person-name'
import type { Forwarded } from './new-conversation'
import { subjectOf } from './subject'

/** The words above and around a message that is passed on, as mail programs write them. */
export function forwardedFrom(t: Translate, format: Format, conversation: ConversationDetail, message: Message): Forwarded {
  const { person, channel } = conversation
  const subject = message.subject || subjectOf(t, conversation)
  const author = authorName(t, message.author)
  const address = message.author.id === person.id ? person.email : null
  const head = [
    t('forwarded-from', { name: address ? `${author} <${address}>` : author }),
    t('forwarded-date', { time: format.full(message.created_at) }),
    t('forwarded-subject', { subject }),
    ...(message.to.length ? [t('forwarded-to', { list: format.list(message.to) })] : []),
  ]
  const text = ['', '', t('forwarded-line'), ...head, '', message.text, ...(message.quoted ? ['', message.quoted] : [])].join('\n')
  return { message, channel: channel.id, subject: /^fwd?:/i.test(subject) ? subject : `Fwd: ${subject}`, text }
}
