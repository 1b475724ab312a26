import { Bot, ChevronDown, FileCode, Forward, Link2, MailQuestionMark, Split, StickyNote } from 'lucide-react'
import { useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button as AriaButton } from 'react-aria-components'
import { api } from '../../api/client'
import type { ConversationDetail, Message } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Avatar } from '../../ui/avatar'
import { IconButton } from '../../ui/button'
import { Menu, MenuItem } from '../../ui/menu'
import { authorName } from '../people/person-name'
import { can, useMe } from '../session/queries'
import { sayFailure } from './acts'
import { MessageAttachments } from './attachments'
import { DeliveryLine } from './delivery'
import { HtmlFrame } from './html-frame'
import { MessageText } from './message-text'
import { dropMessage } from './queries'

interface Props { message: Message; conversation: ConversationDetail; onForward: (message: Message) => void }

export function MessageCard({ message, conversation, onForward }: Props) {
  const { t, format } = useI18n()
  const outgoing = message.kind === 'out'
  const author = authorName(t, message.author)
  const chat = conversation.channel.kind === 'chat'
  return (
    <section className={`message message--${message.kind}`} aria-label={t(`message-${message.kind as 'in' | 'out' | 'note'}`, { name: author, time: format.full(message.created_at) })}>
      <Avatar name={author} size={28} />
      <div className="message__card">
        <header className="message__head">
          <span className="message__author">{author}</span>
          {message.kind === 'note' && <span className="message__mark message__mark--note"><StickyNote size={13} aria-hidden="true" />{t('internal-note')}</span>}
          {message.automatic && <span className="message__mark message__mark--auto"><Bot size={13} aria-hidden="true" />{t('automatic')}</span>}
          {message.sender_verified === false && !chat && <span className="message__mark message__mark--attention" title={t('unverified-help')}><MailQuestionMark size={13} aria-hidden="true" />{t('unverified')}</span>}
          <span className="message__gap" />
          <time className="message__time tabular" dateTime={message.created_at} title={format.full(message.created_at)}>{format.time(message.created_at)}</time>
          <MessageMenu message={message} conversation={conversation} onForward={onForward} />
        </header>
        {!chat && <Addresses message={message} />}
        {message.html ? <HtmlFrame html={message.html} name={author} /> : <MessageText text={message.text} mentions={message.mentions} />}
        {message.quoted && !message.html && <Quoted text={message.quoted} />}
        <MessageAttachments attachments={message.attachments} />
        {outgoing && <DeliveryLine message={message} conversation={conversation} />}
        {message.kind === 'in' && !chat && message.match && <MatchReason match={message.match} />}
      </div>
    </section>
  )
}

function Addresses({ message }: { message: Message }) {
  const { t, format } = useI18n()
  if (message.kind === 'note' || (!message.cc.length && message.to.length < 2 && message.kind === 'in')) return null
  if (!message.to.length && !message.cc.length) return null
  return (
    <p className="message__addresses">
      {message.to.length > 0 && <span>{t('to-addresses', { list: format.list(message.to) })}</span>}
      {message.cc.length > 0 && <span>{t('cc-addresses', { list: format.list(message.cc) })}</span>}
    </p>
  )
}

function Quoted({ text }: { text: string }) {
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  return (
    <div className="quoted">
      <AriaButton className="quoted__toggle" aria-expanded={open} onPress={() => setOpen(!open)}>
        <span aria-hidden="true">•••</span>
        {t(open ? 'quoted-hide' : 'quoted-show')}
      </AriaButton>
      {open && <blockquote className="quoted__text">{text.split('\n').map((line) => line.replace(/^> ?/, '')).join('\n')}</blockquote>}
    </div>
  )
}

const RULES = ['new', 'token', 'references', 'linked', 'separated', 'chat'] as const

function MatchReason({ match }: { match: NonNullable<Message['match']> }) {
  const { t } = useI18n()
  const known = RULES.find((rule) => rule === match.rule)
  return (
    <p className="message__match">
      <Link2 size={12} aria-hidden="true" />
      <span>{known ? t(`match-${known}`) : t('match-other', { rule: match.rule })}</span>
      {match.detail && <span className="truncate">{match.detail}</span>}
    </p>
  )
}

function MessageMenu({ message, conversation, onForward }: Props) {
  const { t } = useI18n()
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate()
  const received = message.kind === 'in'
  if (message.kind === 'note' || !(received || can(me).answer)) return null
  const separate = async () => {
    try {
      const own = await api.post<ConversationDetail>(`conversations/${conversation.id}/messages/${message.id}/separation`)
      dropMessage(client, conversation.id, message.id)
      await navigate({ to: '/inbox/$view/$conversation', params: { view: 'all', conversation: own.id } })
    } catch (error) {
      sayFailure(t, error)
    }
  }
  const source = `/api/v1/conversations/${conversation.id}/messages/${message.id}/original`
  return (
    <Menu label={t('message-menu')} trigger={<IconButton size="small" label={t('message-menu')} icon={<ChevronDown size={15} aria-hidden="true" />} />}>
      {can(me).answer ? <MenuItem id="forward" icon={<Forward size={15} />} onAction={() => onForward(message)}>{t('forward')}</MenuItem> : null}
      {received && can(me).answer && conversation.message_count > 1 ? <MenuItem id="separate" icon={<Split size={15} />} description={t('separate-help')} onAction={() => void separate()}>{t('separate')}</MenuItem> : null}
      {received ? <MenuItem id="source" icon={<FileCode size={15} />} onAction={() => void window.open(source, '_blank', 'noopener')}>{t('original')}</MenuItem> : null}
    </Menu>
  )
}
