import { useState } from 'react'
import { Form } from 'react-aria-components'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { TextField } from '../../ui/field'

interface Props { isOpen: boolean; subject: string; onClose: () => void; onSave: (subject: string) => void }

export function SubjectDialog({ isOpen, subject, onClose, onSave }: Props) {
  const { t } = useI18n()
  const [text, setText] = useState(subject)
  return (
    <Dialog title={t('change-subject')} closeLabel={t('close-dialog')} isOpen={isOpen} onClose={onClose}>
      <Form className="dialog-form" onSubmit={(event) => { event.preventDefault(); onClose(); if (text.trim()) onSave(text.trim()) }}>
        <TextField label={t('subject')} value={text} onChange={setText} autoFocus maxLength={250} />
        <div className="dialog-form__foot">
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit">{t('save')}</Button>
        </div>
      </Form>
    </Dialog>
  )
}
