import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useI18n } from '../../i18n/context'
import { toast } from '../../ui/toast'
import { offerUndo } from '../commands/undo'
import { useLiveStatus } from '../live/store'
import { useMe } from '../session/queries'
import { sayFailure } from './acts'
import { onOutbox, work } from './outbox'
import { undoSend } from './undo-send'

const isOpen = (conversation: string) => location.pathname.includes(conversation)

/** Sends what waits whenever there may be a connection, and tells of answers whose conversation is no longer on the screen. */
export function useOutbox() {
  const client = useQueryClient()
  const me = useMe()
  const { t } = useI18n()
  const navigate = useNavigate()
  const line = useLiveStatus()

  useEffect(() => {
    const run = () => void work(client, me.id)
    run()
    window.addEventListener('online', run)
    return () => window.removeEventListener('online', run)
  }, [client, me.id, line])

  useEffect(() => onOutbox((event) => {
    const { conversation } = event.entry
    if (isOpen(conversation)) return
    const go = () => void navigate({ to: '/inbox/$view/$conversation', params: { view: 'all', conversation } })
    if (event.kind === 'stuck') return void toast(t('send-stuck'), { tone: 'danger', action: { label: t('open'), run: go } })
    if (event.message.delivery?.state !== 'held') return
    offerUndo(t('send-under-way'), t('undo'), () => void undoSend(client, me.id, conversation, event.message).then(go).catch((error: unknown) => sayFailure(t, error)))
  }))
}
