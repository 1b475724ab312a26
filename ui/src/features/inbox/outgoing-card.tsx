import { useQueryClient } from '@tanstack/react-query'
import { Clock, RotateCw, TriangleAlert, Undo2 } from 'lucide-react'
import { useI18n } from '../../i18n/context'
import { Avatar } from '../../ui/avatar'
import { Button } from '../../ui/button'
import { useMe } from '../session/queries'
import { restoreDraft } from './drafts'
import { MessageText } from './message-text'
import { dropOutgoing, resend, type Outgoing } from './outbox'

/** What was sent but is not yet known to the server. */
export function OutgoingCard({ entry }: { entry: Outgoing }) {
  const { t, format } = useI18n()
  const me = useMe()
  const client = useQueryClient()
  const note = entry.body.kind === 'note'
  const back = () => {
    dropOutgoing(entry.clientId)
    restoreDraft(me.id, entry.conversation, { text: entry.body.text, attachments: entry.attachments })
  }
  return (
    <>
      <section className={`message message--${note ? 'note' : 'out'} message--pending`} aria-label={t('delivery-sending')}>
        <Avatar name={me.name} size={28} />
        <div className="message__card">
          <header className="message__head">
            <span className="message__author">{me.name}</span>
            <span className="message__gap" />
            <time className="message__time tabular" dateTime={entry.at}>{format.time(entry.at)}</time>
          </header>
          <MessageText text={entry.body.text} />
          {entry.state === 'failed'
            ? (
              <div className="delivery delivery--failed" role="alert">
                <TriangleAlert size={14} aria-hidden="true" />
                <div className="delivery__reasons"><p>{t('send-failed')}</p><p className="delivery__reason">{entry.error}</p></div>
                <Button size="small" onPress={back} icon={<Undo2 size={13} aria-hidden="true" />}>{t('keep-draft')}</Button>
                <Button size="small" icon={<RotateCw size={13} aria-hidden="true" />} onPress={() => resend(client, entry.clientId)}>{t('retry')}</Button>
              </div>
            )
            : entry.state !== 'conflict' && (
              <p className="delivery"><Clock size={14} aria-hidden="true" />{t(entry.state === 'waiting' ? 'delivery-offline' : 'delivery-sending')}
                {entry.state === 'waiting' && <Button kind="link" size="small" onPress={back}>{t('keep-draft')}</Button>}
              </p>
            )}
        </div>
      </section>
      {entry.state === 'conflict' && <Conflict entry={entry} onKeep={back} />}
    </>
  )
}

/** Somebody answered while this was being written: both texts, and the choice. */
function Conflict({ entry, onKeep }: { entry: Outgoing; onKeep: () => void }) {
  const { t, format } = useI18n()
  const client = useQueryClient()
  const other = entry.meanwhile
  return (
    <div className="conflict" role="alertdialog" aria-label={t('answered-meanwhile')}>
      <p className="conflict__title">
        <TriangleAlert size={16} aria-hidden="true" />
        {other ? t('answered-meanwhile-by', { name: other.author.name, ago: format.ago(other.created_at) }) : t('answered-meanwhile')}
      </p>
      {other && <blockquote className="conflict__text">{other.text}</blockquote>}
      <div className="conflict__acts">
        <Button kind="primary" size="small" autoFocus onPress={onKeep}>{t('keep-draft')}</Button>
        <Button size="small" onPress={() => resend(client, entry.clientId, { override: true })}>{t('send-anyway')}</Button>
      </div>
    </div>
  )
}
