import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { ChevronDown, PlugZap, Reply, SendHorizontal, StickyNote } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import type { ConversationDetail, PresenceState } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Menu, MenuItem } from '../../ui/menu'
import { useCommands } from '../commands/store'
import { useAnnouncePresence } from '../live/store'
import { can, useMe } from '../session/queries'
import { AttachButton, DraftAttachments, useUploads } from './attachments'
import { useDraft, type Mode } from './drafts'
import { useMentions } from './mentions'
import { enqueue } from './outbox'
import type { Thread } from './queries'
import { personName } from '../people/person-name'
import './composer.css'

interface Props { conversation: ConversationDetail; thread: Thread; onSentAndClosed: () => void }

export function Composer({ conversation, thread, onSentAndClosed }: Props) {
  const { t, format } = useI18n()
  const me = useMe()
  const client = useQueryClient()
  const draft = useDraft(me.id, conversation)
  const field = useRef<HTMLTextAreaElement>(null)
  const uploads = useUploads(draft.addAttachment)
  const [dropping, setDropping] = useState(false)
  const note = draft.mode === 'note'
  const mentions = useMentions(field, draft.text, draft.setText, note)
  const { reply } = conversation
  const blocked = !note && !reply.can
  const over = !note && reply.max_length !== null && [...draft.text].length > reply.max_length
  useGrow(field, draft.text, draft.restored)
  useReplyingPresence(conversation.id, !note && !draft.isBlank)

  const focus = (mode: Mode) => {
    draft.setMode(mode)
    requestAnimationFrame(() => field.current?.focus())
  }
  useEffect(() => {
    if (draft.restored) field.current?.focus()
  }, [draft.restored])
  useCommands([
    { id: 'reply', label: t('reply'), group: 'action', keys: ['R'], run: () => focus('reply') },
    { id: 'note', label: t('note'), group: 'action', keys: ['N'], run: () => focus('note') },
  ])

  const send = (close: boolean) => {
    if (draft.isBlank || blocked || over || uploads.pending.length > 0) return field.current?.focus()
    const clientId = crypto.randomUUID()
    const seen = Math.max(0, ...thread.items.map((message) => message.seq))
    void enqueue(client, {
      clientId, conversation: conversation.id, author: me.id, attachments: draft.attachments, at: new Date().toISOString(),
      body: {
        kind: draft.mode, text: draft.text.trim(), seen_seq: seen,
        ...(draft.attachments.length && { attachments: draft.attachments.map((one) => one.id) }),
        ...(note && { mentions: mentions.idsIn(draft.text) }),
        ...(close && !note && { close: true }),
      },
    })
    draft.clear()
    if (close && !note) onSentAndClosed()
    else field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (mentions.onKeyDown(event)) return
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      send(event.shiftKey)
    } else if (event.key === 'Escape') field.current?.blur()
  }
  const onPaste = (event: ClipboardEvent) => {
    if (!event.clipboardData.files.length) return
    event.preventDefault()
    uploads.add([...event.clipboardData.files])
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setDropping(false)
    uploads.add([...event.dataTransfer.files])
  }
  return (
    <section
      className={`composer composer--${draft.mode}${dropping ? ' composer--dropping' : ''}`} aria-label={t(note ? 'write-note' : 'write-reply')}
      onDragOver={(event) => { event.preventDefault(); setDropping(true) }} onDragLeave={() => setDropping(false)} onDrop={onDrop}
    >
      <div className="composer__head">
        <ModeSwitch mode={draft.mode} onChange={focus} />
        <Recipients conversation={conversation} note={note} />
      </div>
      {blocked ? <CannotReply conversation={conversation} /> : (
        <>
          <div className="composer__body">
            <textarea
              ref={field} className="composer__field" rows={2} value={draft.text} placeholder={t(note ? 'note-placeholder' : 'reply-placeholder')}
              aria-label={t(note ? 'note' : 'reply')} onChange={(event) => draft.setText(event.target.value)} onKeyDown={onKeyDown} onPaste={onPaste}
              {...mentions.fieldProps}
            />
            {mentions.popover}
          </div>
          <DraftAttachments attachments={draft.attachments} pending={uploads.pending} onRemove={draft.removeAttachment} />
          <div className="composer__foot">
            <AttachButton onFiles={uploads.add} />
            <span className="composer__hint">
              {over ? <strong className="composer__over">{t('too-long', { count: [...draft.text].length - (reply.max_length ?? 0) })}</strong>
                : note ? t('note-hint') : reply.hold_seconds > 0 ? t('hold-hint', { seconds: reply.hold_seconds }) : t('at-once-hint')}
              {!note && reply.max_length !== null && !over && draft.text.length > reply.max_length * 0.8 && ` ${format.number(draft.text.length)}/${format.number(reply.max_length)}`}
            </span>
            <SendButtons note={note} isDisabled={draft.isBlank || over || uploads.pending.length > 0} closed={conversation.status === 'closed'} onSend={send} />
          </div>
        </>
      )}
    </section>
  )
}

function ModeSwitch({ mode, onChange }: { mode: Mode; onChange: (mode: Mode) => void }) {
  const { t } = useI18n()
  const tabs = [['reply', Reply, 'R'], ['note', StickyNote, 'N']] as const
  return (
    <div className="modes" role="group" aria-label={t('composer-mode')}>
      {tabs.map(([id, Icon]) => (
        <AriaButton key={id} className={`mode mode--${id}`} aria-pressed={mode === id} onPress={() => onChange(id)}>
          <Icon size={14} aria-hidden="true" />{t(id)}
        </AriaButton>
      ))}
    </div>
  )
}

function Recipients({ conversation, note }: { conversation: ConversationDetail; note: boolean }) {
  const { t, format } = useI18n()
  if (note) return <p className="composer__to truncate">{t('note-audience')}</p>
  // A visitor of the chat has no address that would say anything to a reader.
  const to = conversation.channel.kind !== 'chat' && conversation.reply.to.length ? format.list(conversation.reply.to) : personName(t, conversation.person)
  return <p className="composer__to truncate" title={to}>{t('reply-to', { to, channel: conversation.reply.channel.name })}</p>
}

function CannotReply({ conversation }: { conversation: ConversationDetail }) {
  const { t } = useI18n()
  const me = useMe()
  const navigate = useNavigate()
  return (
    <div className="composer__blocked">
      <PlugZap size={16} aria-hidden="true" />
      <p>{t('cannot-reply', { channel: conversation.channel.name })}</p>
      {can(me).administer && <Button size="small" onPress={() => void navigate({ to: '/settings/{-$section}', params: { section: 'channels' }, search: { item: conversation.channel.id } })}>{t('reconnect')}</Button>}
    </div>
  )
}

function SendButtons({ note, isDisabled, closed, onSend }: { note: boolean; isDisabled: boolean; closed: boolean; onSend: (close: boolean) => void }) {
  const { t } = useI18n()
  const main = <Button kind="primary" isDisabled={isDisabled} icon={<SendHorizontal size={15} aria-hidden="true" />} onPress={() => onSend(false)}>{t(note ? 'add-note' : 'send')}</Button>
  if (note || closed) return main
  const more = <AriaButton className="button button--primary button--icon" isDisabled={isDisabled} aria-label={t('send-options')}><ChevronDown size={16} aria-hidden="true" /></AriaButton>
  return (
    <span className="button-group">
      {main}
      <Menu trigger={more} label={t('send-options')} placement="top end">
        <MenuItem id="send" shortcut="Mod+Enter" onAction={() => onSend(false)}>{t('send')}</MenuItem>
        <MenuItem id="send-close" shortcut="Mod+Shift+Enter" onAction={() => onSend(true)}>{t('send-and-close')}</MenuItem>
      </Menu>
    </span>
  )
}

/** As tall as its text, up to what the style allows. */
function useGrow(field: React.RefObject<HTMLTextAreaElement | null>, text: string, restored: number) {
  useLayoutEffect(() => {
    const element = field.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [field, text, restored])
}

function useReplyingPresence(conversation: string, writing: boolean) {
  const state: PresenceState = writing ? 'replying' : 'viewing'
  useAnnouncePresence(conversation, state)
}
