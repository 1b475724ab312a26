import { useQuery, useQueryClient } from '@tanstack/react-query'
import { ClipboardCheck, Download, FileJson, Pencil, Plus, Sparkles, Trash2, Upload } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import type { PlanMode, PlannedEvent, TrackingPlan as Plan, UnplannedMode } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button, IconButton } from '../../ui/button'
import { Select } from '../../ui/field'
import { Menu, MenuItem } from '../../ui/menu'
import { Empty, Skeleton } from '../../ui/state'
import { offerUndo } from '../commands/undo'
import { sayFailure } from '../inbox/acts'
import { useAct } from '../settings/use-act'
import { LoadFailure } from '../shell/failure'
import { EventDialog } from './event-form'
import { ImportDialog, save } from './exchange'
import { planQuery, written } from './queries'
import { ProposalsDialog } from './proposals'
import './plan.css'

export const MODES = ['observe', 'warn', 'set_aside'] as const satisfies readonly PlanMode[]
const UNPLANNED = ['allow', ...MODES] as const satisfies readonly UnplannedMode[]

type Opened = { what: 'event'; event: PlannedEvent | null } | { what: 'proposals' } | { what: 'import' } | null

/** Which events are expected, what they look like, and what becomes of calls that differ. */
export function TrackingPlan() {
  const { t } = useI18n()
  const plan = useQuery(planQuery)
  const [opened, setOpened] = useState<Opened>(null)
  const close = () => setOpened(null)
  if (plan.isError && !plan.data) return <LoadFailure error={plan.error} onRetry={() => void plan.refetch()} />
  if (!plan.data) return <div className="card"><div className="card__body" aria-hidden="true"><Skeleton width="50%" /><Skeleton width="70%" /><Skeleton width="40%" /></div></div>
  const { events } = plan.data
  const add = <Button kind="primary" icon={<Plus size={15} aria-hidden="true" />} onPress={() => setOpened({ what: 'event', event: null })}>{t('plan-new-event')}</Button>
  const learn = <Button icon={<Sparkles size={15} aria-hidden="true" />} onPress={() => setOpened({ what: 'proposals' })}>{t('plan-from-calls')}</Button>
  return (
    <>
      {(events.length > 0 || plan.data.unplanned !== 'allow') && <Modes plan={plan.data} />}
      <div className="toolbar plan__tools">
        <Menu label={t('plan-files')} trigger={<Button icon={<FileJson size={15} aria-hidden="true" />}>{t('plan-files')}</Button>}>
          <MenuItem id="import" icon={<Upload size={15} />} onAction={() => setOpened({ what: 'import' })}>{t('plan-import')}</MenuItem>
          <MenuItem id="segment" icon={<Download size={15} />} onAction={() => void save('segment').catch((error: unknown) => sayFailure(t, error))}>{t('plan-export-segment')}</MenuItem>
          <MenuItem id="json_schema" icon={<Download size={15} />} onAction={() => void save('json_schema').catch((error: unknown) => sayFailure(t, error))}>{t('plan-export-schema')}</MenuItem>
        </Menu>
        {events.length > 0 && <>{learn}{add}</>}
      </div>
      {events.length > 0
        ? <Events plan={plan.data} onOpen={(event) => setOpened({ what: 'event', event })} />
        : <div className="card"><Empty icon={ClipboardCheck} title={t('plan-none')} action={<div className="channel__acts">{learn}{add}</div>}>{t('plan-none-text')}</Empty></div>}
      <EventDialog key={opened?.what === 'event' ? (opened.event?.id ?? 'new') : 'none'} event={opened?.what === 'event' ? opened.event : null} plan={plan.data} isOpen={opened?.what === 'event'} onClose={close} />
      <ProposalsDialog plan={plan.data} isOpen={opened?.what === 'proposals'} onClose={close} />
      <ImportDialog isOpen={opened?.what === 'import'} onClose={close} />
    </>
  )
}

function Modes({ plan }: { plan: Plan }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const change = async (body: { mode?: PlanMode; unplanned?: UnplannedMode }, before?: typeof body) => {
    try {
      client.setQueryData(planQuery.queryKey, await api.patch<Plan>('tracking-plan', body))
      if (before) offerUndo(t('plan-changed'), t('undo'), () => void change(before))
    } catch (error) {
      sayFailure(t, error)
    }
  }
  return (
    <section className="card" aria-label={t('plan-modes')}>
      <div className="card__body card__body--pair">
        <Select
          label={t('plan-mode')} help={t(`plan-mode-help-${plan.mode}`)} value={plan.mode} options={MODES.map((id) => ({ id, name: t(`plan-mode-${id}`) }))}
          onChange={(mode) => mode !== plan.mode && void change({ mode: mode as PlanMode }, { mode: plan.mode })}
        />
        <Select
          label={t('plan-unplanned')} help={t(`plan-unplanned-help-${plan.unplanned}`)} value={plan.unplanned} options={UNPLANNED.map((id) => ({ id, name: t(`plan-mode-${id}`) }))}
          onChange={(unplanned) => unplanned !== plan.unplanned && void change({ unplanned: unplanned as UnplannedMode }, { unplanned: plan.unplanned })}
        />
      </div>
    </section>
  )
}

/** Events by their names; traits by what they belong to. */
export function useNameOf() {
  const { t } = useI18n()
  return ({ kind, name }: { kind: string; name: string }) => (kind === 'identify' || kind === 'group' ? t(`plan-kind-${kind}`) : name)
}

const TONES = { planned: 'waiting', live: 'ok', retired: 'off' } as const

function Events({ plan, onOpen }: { plan: Plan; onOpen: (event: PlannedEvent) => void }) {
  const { t, format } = useI18n()
  const nameOf = useNameOf()
  const act = useAct(planQuery.queryKey)
  const remove = (event: PlannedEvent) => void act(async () => {
    await api.delete(`tracking-plan/events/${event.id}`)
    offerUndo(t('plan-removed', { name: nameOf(event) }), t('undo'), () => void act(() => api.post('tracking-plan/events', written(event))))
  })
  const events = [...plan.events].sort((a, b) => Number(a.kind === 'track') - Number(b.kind === 'track') || format.compare(a.name, b.name))
  return (
    <div className="table-frame">
      <table className="table table--stack plan-table" role="table">
        <caption className="visually-hidden">{t('settings-plan')}</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">{t('plan-event')}</th><th scope="col" role="columnheader">{t('plan-status')}</th>
            <th scope="col" role="columnheader">{t('plan-differs')}</th><th scope="col" role="columnheader"><span className="visually-hidden">{t('actions')}</span></th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {events.map((event) => (
            <tr key={event.id} role="row">
              <td role="cell">
                <span className="table__strong plan__name">{nameOf(event)}</span>
                <span className="table__sub">{event.description || t('plan-properties', { count: Object.keys(event.schema.properties ?? {}).length })}</span>
              </td>
              <td role="cell"><span className={`pill pill--${TONES[event.status]}`}>{t(`plan-status-${event.status}`)}</span></td>
              <td role="cell" className={event.mode ? undefined : 'muted'}>{t(`plan-mode-${event.mode ?? plan.mode}`)}</td>
              <td role="cell" className="table__acts">
                <IconButton size="small" label={t('edit-named', { name: nameOf(event) })} icon={<Pencil size={15} aria-hidden="true" />} onPress={() => onOpen(event)} />
                <IconButton size="small" label={t('delete-named', { name: nameOf(event) })} icon={<Trash2 size={15} aria-hidden="true" />} onPress={() => remove(event)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
