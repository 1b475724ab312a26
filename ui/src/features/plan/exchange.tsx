import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { FileTrigger, Form } from 'react-aria-components'
import { api, ApiError } from '../../api/client'
import type { ImportReport, Json } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { TextField } from '../../ui/field'
import { toast } from '../../ui/toast'
import { sayFailure } from '../inbox/acts'
import { planQuery } from './queries'

/** The plan as a file on the reader's machine. */
export async function save(shape: 'segment' | 'json_schema') {
  const file = await api.get<Json>('tracking-plan/export', { shape })
  const address = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: 'application/json' }))
  const link = Object.assign(document.createElement('a'), { href: address, download: `tracking-plan.${shape}.json` })
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1_000)
}

export function ImportDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useI18n()
  return (
    <Dialog wide title={t('plan-import')} closeLabel={t('close-dialog')} isOpen={isOpen} onClose={onClose}>
      {isOpen && <Import onDone={onClose} />}
    </Dialog>
  )
}

/** First what would happen, then that it happens. */
function Import({ onDone }: { onDone: () => void }) {
  const { t, format } = useI18n()
  const client = useQueryClient()
  const [text, setText] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [report, setReport] = useState<ImportReport | null>(null)
  const write = (value: string) => {
    setText(value)
    setReport(null)
    setError(null)
  }
  const send = async (preview: boolean) => {
    let plan: unknown
    try {
      plan = JSON.parse(text)
    } catch {
      return setError(t('plan-not-json'))
    }
    try {
      const told = await api.post<ImportReport>('tracking-plan/import', { plan, preview })
      if (preview) return setReport(told)
      await client.invalidateQueries({ queryKey: planQuery.queryKey })
      toast(t('plan-imported', { count: told.added.length + told.changed.length }))
      onDone()
    } catch (failure) {
      if (failure instanceof ApiError && failure.field === 'plan') setError([failure.message, failure.detail].filter(Boolean).join(' '))
      else sayFailure(t, failure)
    }
  }
  const changes = report ? report.added.length + report.changed.length : 0
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={(event) => { event.preventDefault(); void send(!report) }}>
      <p className="muted">{t('plan-import-text')}</p>
      <p><FileTrigger acceptedFileTypes={['application/json', '.json']} onSelect={(files) => void files?.[0]?.text().then(write)}><Button>{t('plan-choose-file')}</Button></FileTrigger></p>
      <TextField label={t('plan-import-json')} rows={8} mono value={text} onChange={write} error={error} autoFocus />
      {report && (
        <div role="status" className="plan-report">
          {report.added.length > 0 && <p>{t('plan-would-add', { names: format.list(report.added) })}</p>}
          {report.changed.length > 0 && <p>{t('plan-would-change', { names: format.list(report.changed) })}</p>}
          {changes === 0 && <p>{t('plan-would-nothing')}</p>}
          {report.ignored.length > 0 && <p className="card__warning">{t('plan-ignored', { places: report.ignored.slice(0, 20).join(' · ') })}</p>}
        </div>
      )}
      <div className="dialog-form__foot">
        <Button onPress={onDone}>{t('cancel')}</Button>
        <Button kind="primary" type="submit" isDisabled={!text.trim() || (!!report && changes === 0)}>{t(report ? 'plan-import' : 'plan-look')}</Button>
      </div>
    </Form>
  )
}
