import { useQueryClient } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { useState } from 'react'
import type { Series, WaitingCalls } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { toast } from '../../ui/toast'
import { sayFailure } from '../inbox/acts'
import { useNameOf } from '../plan/plan'
import { can, useMe } from '../session/queries'
import { qualityQuery, replayAll } from './queries'

/** Calls that the plan set aside, by event, and the way to have them worked after all. */
export function Waiting({ of, hasMore, onOpen }: { of: WaitingCalls[]; hasMore: boolean; onOpen: (series: Series) => void }) {
  const { t, format } = useI18n()
  const nameOf = useNameOf()
  const mayWork = can(useMe()).administer
  if (!of.length) return null
  return (
    <section aria-labelledby="quality-waiting">
      <h2 className="quality__title" id="quality-waiting" tabIndex={-1}>{t('quality-waiting')}</h2>
      <p className="muted">{t('quality-waiting-text')}</p>
      <div className="table-frame">
        <table className="table table--stack" role="table">
          <caption className="visually-hidden">{t('quality-waiting')}</caption>
          <thead role="rowgroup"><tr role="row">
            <th scope="col" role="columnheader">{t('plan-event')}</th><th scope="col" role="columnheader">{t('quality-since')}</th>
            <th scope="col" role="columnheader" className="table__number">{t('quality-count')}</th><th scope="col" role="columnheader"><span className="visually-hidden">{t('actions')}</span></th>
          </tr></thead>
          <tbody role="rowgroup">
            {of.map((one) => {
              const name = nameOf({ kind: one.kind, name: one.event })
              return (
                <tr key={`${one.kind}:${one.event}`} role="row">
                  <td role="cell" className="table__strong plan__name">{name}</td>
                  <td role="cell">{format.ago(one.oldest)}</td>
                  <td role="cell" className="table__number"><Button kind="link" aria-label={t('quality-calls-of', { name, count: one.count })} onPress={() => onOpen(seriesOf(one))}>{format.number(one.count)}{one.count >= COUNTED && '+'}</Button></td>
                  <td role="cell" className="table__acts">{mayWork && <WorkNow of={one} name={name} />}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {hasMore && <p className="muted">{t('quality-waiting-more')}</p>}
    </section>
  )
}

/** The server counts so far. */
const COUNTED = 1000

const seriesOf = ({ kind, event, count }: WaitingCalls): Series => ({ measure: 'set_aside', subject: `${kind}:${event}`, property: '', rule: '', total: count, counts: [] })

function WorkNow({ of, name }: { of: WaitingCalls; name: string }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const work = async () => {
    setBusy(true)
    try {
      const { worked, refused, kept } = await replayAll(of.kind, of.event)
      toast(worked ? t('quality-worked', { count: worked }) : t('quality-worked-none'), { detail: [refused && t('quality-not-worked', { count: refused }), kept && t('quality-kept', { count: kept })].filter(Boolean).join(' · ') || null })
    } catch (error) {
      sayFailure(t, error)
    } finally {
      setBusy(false)
      await client.invalidateQueries({ queryKey: qualityQuery.queryKey })
    }
  }
  return <Button size="small" isPending={busy} icon={<Play size={14} aria-hidden="true" />} aria-label={t('quality-work-named', { name })} onPress={() => void work()}>{t('quality-work')}</Button>
}
