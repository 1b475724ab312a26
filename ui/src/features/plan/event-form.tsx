import { useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { Form } from 'react-aria-components'
import { api, ApiError } from '../../api/client'
import type { PlanMode, PlannedEvent, PlannedKind, PlannedStatus, TrackingPlan, WriteEvent } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Select, Switch, TextField } from '../../ui/field'
import { toast } from '../../ui/toast'
import { sayFailure } from '../inbox/acts'
import { emptyRow, notANumber, rowsOf, schemaOf, twice, type Row } from './model'
import { MODES } from './plan'
import { PropertyRow } from './property-row'
import { planQuery } from './queries'

const KINDS = ['track', 'identify', 'group'] as const satisfies readonly PlannedKind[]
const STATUSES = ['planned', 'live', 'retired'] as const satisfies readonly PlannedStatus[]

interface Props { event: PlannedEvent | null; plan: TrackingPlan; isOpen: boolean; onClose: () => void }

export function EventDialog({ event, plan, isOpen, onClose }: Props) {
  const { t } = useI18n()
  return (
    <Dialog wide title={t(event ? 'plan-edit-event' : 'plan-new-event')} closeLabel={t('close-dialog')} isOpen={isOpen} onClose={onClose}>
      {isOpen && <EventForm event={event} plan={plan} onDone={onClose} />}
    </Dialog>
  )
}

function EventForm({ event, plan, onDone }: { event: PlannedEvent | null; plan: TrackingPlan; onDone: () => void }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const [kind, setKind] = useState<PlannedKind>((event?.kind as PlannedKind | undefined) ?? 'track')
  const [name, setName] = useState(event?.name ?? '')
  const [description, setDescription] = useState(event?.description ?? '')
  const [status, setStatus] = useState<PlannedStatus>(event?.status ?? 'live')
  const [mode, setMode] = useState<PlanMode | null>(event?.mode ?? null)
  const [rows, setRows] = useState<Row[]>(() => (event ? rowsOf(event.schema) : [emptyRow()]))
  const [closed, setClosed] = useState(event?.schema.additionalProperties === false)
  const [errors, setErrors] = useState<{ name?: string; schema?: string }>({})
  const save = async () => {
    const double = twice(rows)
    if (kind === 'track' && !name.trim()) return setErrors({ name: t('field-required') })
    if (double) return setErrors({ schema: t('plan-twice', { name: double }) })
    const odd = notANumber(rows)
    if (odd !== null) return setErrors({ schema: t('plan-not-a-number', { name: odd }) })
    const body: WriteEvent = { kind, name, description, status, mode, schema: schemaOf(rows, closed) }
    try {
      await (event ? api.put(`tracking-plan/events/${event.id}`, body) : api.post('tracking-plan/events', body))
      await client.invalidateQueries({ queryKey: planQuery.queryKey })
      toast(t('saved'))
      onDone()
    } catch (failure) {
      if (failure instanceof ApiError && (failure.field === 'name' || failure.field === 'schema')) {
        setErrors({ [failure.field]: [failure.message, failure.detail].filter(Boolean).join(' ') })
      } else sayFailure(t, failure)
    }
  }
  const change = (row: Row) => setRows(rows.map((old) => (old.key === row.key ? row : old)))
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={(submitted) => { submitted.preventDefault(); void save() }}>
      <div className="dialog-pair">
        <Select label={t('plan-kind')} value={kind} options={KINDS.map((id) => ({ id, name: t(`plan-kind-${id}`) }))} onChange={(id) => setKind(id as PlannedKind)} isDisabled={!!event} />
        {kind === 'track' && <TextField label={t('plan-event-name')} value={name} onChange={(value) => { setErrors({}); setName(value) }} error={errors.name} maxLength={200} autoFocus={!event} />}
      </div>
      <TextField label={t('plan-description')} value={description} onChange={setDescription} maxLength={2000} />
      <div className="dialog-pair">
        <Select label={t('plan-status')} value={status} options={STATUSES.map((id) => ({ id, name: t(`plan-status-${id}`) }))} help={t(`plan-status-help-${status}`)} onChange={(id) => setStatus(id as PlannedStatus)} />
        <Select
          label={t('plan-differs')} value={mode ?? 'inherit'} help={t(`plan-mode-help-${mode ?? plan.mode}`)}
          options={[{ id: 'inherit', name: t('plan-mode-inherit', { mode: t(`plan-mode-${plan.mode}`) }) }, ...MODES.map((id) => ({ id, name: t(`plan-mode-${id}`) }))]}
          onChange={(id) => setMode(id === 'inherit' ? null : (id as PlanMode))}
        />
      </div>
      <section aria-label={t(kind === 'track' ? 'plan-event-properties' : 'plan-traits')}>
        <h3 className="field__label">{t(kind === 'track' ? 'plan-event-properties' : 'plan-traits')}</h3>
        <ul className="plan-rows">
          {rows.map((row) => <PropertyRow key={row.key} row={row} onChange={change} onRemove={() => setRows(rows.filter((old) => old !== row))} />)}
        </ul>
        {errors.schema && <p role="alert" className="field__error">{errors.schema}</p>}
        <p className="channel__acts"><Button size="small" icon={<Plus size={14} aria-hidden="true" />} onPress={() => setRows([...rows, emptyRow()])}>{t('plan-add-property')}</Button></p>
      </section>
      <Switch label={t('plan-closed')} help={t('plan-closed-help')} isSelected={closed} onChange={setClosed} />
      <div className="dialog-form__foot">
        <Button onPress={onDone}>{t('cancel')}</Button>
        <Button kind="primary" type="submit">{t('save')}</Button>
      </div>
    </Form>
  )
}
