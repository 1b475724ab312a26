import { CircleCheck } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { Form } from 'react-aria-components'
import { ApiError } from '../../api/client'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { LeaveGuard } from '../shell/leave-guard'

interface Props {
  title: string
  text?: string
  children: ReactNode
  dirty: boolean
  saveLabel?: string
  pair?: boolean
  onSave: () => Promise<unknown>
  onFieldError?: (field: string, message: string) => void
}

/** One part of the settings with its own Save and its own visible result. */
export function SettingsCard({ title, text, children, dirty, saveLabel, pair, onSave, onFieldError }: Props) {
  const { t } = useI18n()
  const [result, setResult] = useState<'saved' | string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async () => {
    setBusy(true)
    setResult(null)
    try {
      await onSave()
      setResult('saved')
    } catch (error) {
      const failure = error instanceof ApiError ? error : null
      if (failure?.field && onFieldError) onFieldError(failure.field, failure.message)
      else setResult(failure?.offline ? t('error-offline') : failure?.message || t('error-unknown'))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Form className="card" validationBehavior="aria" onSubmit={(event) => { event.preventDefault(); void submit() }}>
      <div className="card__head">
        <h2 className="card__title">{title}</h2>
        {text && <p className="card__text">{text}</p>}
      </div>
      <div className={`card__body${pair ? ' card__body--pair' : ''}`}>{children}</div>
      <div className="card__foot">
        <Button kind="primary" type="submit" isPending={busy} isDisabled={!dirty}>{saveLabel ?? t('save')}</Button>
        <p role="status" className={`card__result card__result--${result === 'saved' ? 'saved' : 'failed'}`}>
          {result === 'saved' && !dirty ? <><CircleCheck size={15} aria-hidden="true" />{t('saved')}</> : result === 'saved' ? null : result}
        </p>
      </div>
      <LeaveGuard dirty={dirty && !busy} />
    </Form>
  )
}

interface ConfirmProps { title: string; text: string; act: string; isOpen: boolean; onClose: () => void; onConfirm: () => Promise<unknown> }

/** Only for what cannot be undone; the button says what will happen. */
export function Confirm({ title, text, act, isOpen, onClose, onConfirm }: ConfirmProps) {
  const { t } = useI18n()
  const [busy, setBusy] = useState(false)
  const confirm = async () => {
    setBusy(true)
    try {
      await onConfirm()
      onClose()
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title={title} closeLabel={t('close-dialog')} isOpen={isOpen} onClose={onClose}
      foot={<><Button onPress={onClose}>{t('cancel')}</Button><Button kind="danger" isPending={busy} onPress={() => void confirm()}>{act}</Button></>}>
      <p>{text}</p>
    </Dialog>
  )
}
