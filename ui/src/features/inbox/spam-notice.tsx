import { useQuery } from '@tanstack/react-query'
import { OctagonX } from 'lucide-react'
import type { ConversationDetail } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { useBlock } from '../people/block'
import { personQuery } from '../people/queries'
import { can, useMe } from '../session/queries'

/** Why nobody was called: the conversation is spam, or its sender is blocked. */
export function SpamNotice({ conversation }: { conversation: ConversationDetail }) {
  const { t } = useI18n()
  const answers = can(useMe()).answer
  const { data: person } = useQuery(personQuery(conversation.person.id))
  const { unblock } = useBlock(conversation.person)
  const blocked = !!person?.blocked_at
  if (!conversation.spam && !blocked) return null
  return (
    <div className="spam-notice" role="note">
      <OctagonX size={16} aria-hidden="true" />
      <p>{conversation.spam ? t('spam-notice') : null} {blocked ? t('blocked-notice') : null}</p>
      {answers && blocked && <Button size="small" onPress={unblock}>{t('unblock')}</Button>}
    </div>
  )
}
