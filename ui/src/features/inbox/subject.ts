import type { Conversation } from '../../api/types'
import type { Translate } from '../../i18n/language'

/** A chat has no subject of its own: it is called by where it takes place. */
export const subjectOf = (t: Translate, { subject, channel }: Pick<Conversation, 'subject' | 'channel'>) =>
  subject || (channel.kind === 'chat' && channel.name) || t('no-subject')
