import { useQueryClient } from '@tanstack/react-query'
import { Check, CheckCheck, Clock, RotateCw, TriangleAlert, Undo2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { api } from '../../api/client'
import type { ConversationDetail, DeliveryState, Message } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { useCommands } from '../commands/store'
import { can, useMe } from '../session/queries'
import { sayFailure } from './acts'
import { threadKey } from './queries'
import { undoSend } from './undo-send'

const FAILED: DeliveryState[] = ['failed', 'bounced', 'unknown']

export function DeliveryLine({ message, conversation }: { message: Message; conversation: ConversationDetail }) {
  const { t } = useI18n()
  const state = message.delivery?.state
  if (!state) return null
  if (state === 'held') return <Held message={message} conversation={conversation} />
  if (FAILED.includes(state)) return <Failed message={message} conversation={conversation} />
  const Icon = state === 'delivered' || state === 'read' ? CheckCheck : state === 'sent' ? Check : Clock
  return <p className={`delivery delivery--${state}`}><Icon size={14} aria-hidden="true" />{t(`delivery-${state}`)}</p>
}

/** Not out yet: the seconds left, and the way back. */
function Held({ message, conversation }: { message: Message; conversation: ConversationDetail }) {
  const { t } = useI18n()
  const me = useMe()
  const client = useQueryClient()
  const left = useSecondsUntil(message.delivery?.held_until ?? null)
  const own = message.author.id === me.id
  const undo = async () => {
    try {
      await undoSend(client, me.id, conversation.id, message)
    } catch (error) {
      sayFailure(t, error)
    }
  }
  useCommands(own && left > 0 ? [{ id: `undo-send-${message.id}`, label: t('undo-send'), group: 'action', keys: ['Z', 'Mod+Z'], run: () => void undo() }] : [])
  return (
    <p className="delivery delivery--held">
      <Clock size={14} aria-hidden="true" />
      <span className="tabular">{left > 0 ? t('delivery-held', { seconds: left }) : t('delivery-sending')}</span>
      {own && left > 0 && <Button kind="link" size="small" icon={<Undo2 size={14} aria-hidden="true" />} onPress={() => void undo()}>{t('undo')}</Button>}
    </p>
  )
}

function useSecondsUntil(time: string | null) {
  const seconds = () => (time ? Math.max(0, Math.ceil((Date.parse(time) - Date.now()) / 1000)) : 0)
  const [left, setLeft] = useState(seconds)
  useEffect(() => {
    setLeft(seconds())
    const timer = setInterval(() => setLeft(seconds()), 250)
    return () => clearInterval(timer)
  }, [time])
  return left
}

function Failed({ message, conversation }: { message: Message; conversation: ConversationDetail }) {
  const { t } = useI18n()
  const me = useMe()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const state = message.delivery!.state
  const bad = message.delivery!.recipients.filter((one) => FAILED.includes(one.state))
  const retry = async () => {
    setBusy(true)
    try {
      await api.post(`conversations/${conversation.id}/messages/${message.id}/delivery`)
      await client.invalidateQueries({ queryKey: threadKey(conversation.id) })
    } catch (error) {
      sayFailure(t, error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="delivery delivery--failed">
      <TriangleAlert size={14} aria-hidden="true" />
      <div className="delivery__reasons">
        <p>{t(`delivery-${state as 'failed' | 'bounced' | 'unknown'}`)}</p>
        {bad.map((one) => <p key={one.address} className="delivery__reason">{one.address}{one.reason && <span> {one.reason}</span>}</p>)}
      </div>
      {can(me).answer && <Button size="small" isPending={busy} icon={<RotateCw size={13} aria-hidden="true" />} onPress={() => void retry()}>{t('retry')}</Button>}
    </div>
  )
}
