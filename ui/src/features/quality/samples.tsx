import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FileQuestion } from 'lucide-react'
import type { Series } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Dialog } from '../../ui/dialog'
import { Empty, Skeleton } from '../../ui/state'
import { LoadFailure } from '../shell/failure'
import { Violations } from '../events/violations'
import { samplesQuery, type Sample as Call } from './queries'

/** The calls behind a number. */
export function SamplesDialog({ of, title, onClose }: { of: Series | null; title: string; onClose: () => void }) {
  const { t } = useI18n()
  return (
    <Dialog wide title={title} closeLabel={t('close-dialog')} isOpen={of !== null} onClose={onClose}>
      {of && <Samples of={of} />}
    </Dialog>
  )
}

function Samples({ of }: { of: Series }) {
  const { t } = useI18n()
  const samples = useQuery(samplesQuery(of))
  if (samples.isError) return <LoadFailure error={samples.error} onRetry={() => void samples.refetch()} />
  if (!samples.data) return <div className="skeleton-stack" aria-hidden="true"><Skeleton width="60%" /><Skeleton width="80%" /></div>
  if (!samples.data.length) return <Empty icon={FileQuestion} title={t('quality-no-samples')}>{t('quality-no-samples-text')}</Empty>
  return (
    <>
      {of.measure !== 'set_aside' && <p className="muted">{t('quality-samples-text')}</p>}
      <ol className="samples">{samples.data.map((one) => <Sample key={one.id} sample={one} />)}</ol>
    </>
  )
}

function Sample({ sample: { received_at, person, call, violations } }: { sample: Call }) {
  const { t, format } = useI18n()
  return (
    <li className="sample">
      <p className="sample__head">
        <time dateTime={received_at}>{format.full(received_at)}</time>
        {person && <Link to="/customers/$person" params={{ person }}>{t('open-profile')}</Link>}
      </p>
      {violations && <Violations of={violations} />}
      <pre className="snippet events__body" tabIndex={0} role="region" aria-label={t('events-body')}>{pretty(call)}</pre>
    </li>
  )
}

/** A call that was cut is no JSON any more: it is shown as it is. */
function pretty(call: string) {
  try {
    return JSON.stringify(JSON.parse(call), null, 2)
  } catch {
    return `${call}…`
  }
}
