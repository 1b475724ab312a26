import { useQuery } from '@tanstack/react-query'
import { Check, Plus, Radio } from 'lucide-react'
import { api } from '../../api/client'
import type { PlannedEvent, Proposal, TrackingPlan } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Empty, Skeleton } from '../../ui/state'
import { offerUndo } from '../commands/undo'
import { useAct } from '../settings/use-act'
import { LoadFailure } from '../shell/failure'
import { formType } from './model'
import { useNameOf } from './plan'
import { planQuery, proposalsQuery } from './queries'

interface Props { plan: TrackingPlan; isOpen: boolean; onClose: () => void }

/** A plan from what came: nobody begins with an empty page. */
export function ProposalsDialog({ plan, isOpen, onClose }: Props) {
  const { t } = useI18n()
  return (
    <Dialog wide title={t('plan-from-calls')} closeLabel={t('close-dialog')} isOpen={isOpen} onClose={onClose}>
      {isOpen && <Proposals plan={plan} />}
    </Dialog>
  )
}

function Proposals({ plan }: { plan: TrackingPlan }) {
  const { t } = useI18n()
  const proposals = useQuery(proposalsQuery)
  const act = useAct(planQuery.queryKey)
  const nameOf = useNameOf()
  const add = (one: Proposal) => void act(async () => {
    const made = await api.post<PlannedEvent>('tracking-plan/events', { kind: one.kind, name: one.name, schema: one.schema })
    offerUndo(t('plan-added', { name: nameOf(one) }), t('undo'), () => void act(() => api.delete(`tracking-plan/events/${made.id}`)))
  })
  if (proposals.isError) return <LoadFailure error={proposals.error} onRetry={() => void proposals.refetch()} />
  if (!proposals.data) return <div className="skeleton-stack" aria-hidden="true"><Skeleton width="60%" /><Skeleton width="80%" /><Skeleton width="50%" /></div>
  if (!proposals.data.length) return <Empty icon={Radio} title={t('plan-nothing-came')}>{t('plan-nothing-came-text')}</Empty>
  const isPlanned = (one: Proposal) => plan.events.some(({ kind, name }) => kind === one.kind && name === one.name)
  return (
    <>
      <p className="muted">{t('plan-proposals-text')}</p>
      <ul className="proposals" aria-label={t('plan-from-calls')}>
        {proposals.data.map((one) => (
          <li key={`${one.kind}:${one.name}`} className="proposal">
            <div className="proposal__head">
              <span className="plan__name table__strong">{nameOf(one)}</span>
              <span className="muted">{t('plan-seen', { count: one.seen })}</span>
              {isPlanned(one)
                ? <span className="pill pill--ok"><Check size={13} aria-hidden="true" />{t('plan-in-plan')}</span>
                : <Button size="small" aria-label={t('plan-add-named', { name: nameOf(one) })} icon={<Plus size={14} aria-hidden="true" />} onPress={() => add(one)}>{t('plan-add')}</Button>}
            </div>
            <Learned proposal={one} />
          </li>
        ))}
      </ul>
    </>
  )
}

const SHOWN = 12

function Learned({ proposal: { schema, properties, seen } }: { proposal: Proposal }) {
  const { t } = useI18n()
  if (!properties.length) return <p className="muted proposal__none">{t('plan-no-properties')}</p>
  const word = (name: string) => t(`plan-type-${formType(schema.properties?.[name] ?? {})}`)
  const share = (present: number) => `${Math.max(1, Math.floor((present / seen) * 100))}%`
  return (
    <ul className="proposal__properties">
      {properties.slice(0, SHOWN).map(({ name, present }) => (
        <li key={name}><code>{name}</code> <span className="muted">{word(name)}, {present === seen ? t('plan-always') : share(present)}</span></li>
      ))}
      {properties.length > SHOWN && <li className="muted">{t('plan-more-properties', { count: properties.length - SHOWN })}</li>}
    </ul>
  )
}
