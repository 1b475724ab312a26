import { useQuery } from '@tanstack/react-query'
import { CircleCheckBig, RotateCw } from 'lucide-react'
import { api } from '../../api/client'
import type { Job, Page } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Listing } from './listing'
import { useAct } from './use-act'

const KEY = ['jobs', 'dead']

export function FailedJobs() {
  const { t, format } = useI18n()
  const act = useAct(KEY)
  const jobs = useQuery({ queryKey: KEY, queryFn: async ({ signal }) => (await api.get<Page<Job>>('jobs', { state: 'dead', limit: 200 }, signal)).items })
  return (
    <Listing query={jobs} empty={{ icon: CircleCheckBig, title: t('jobs-none'), text: t('jobs-none-text') }}>
      {(items) => items.map((job) => (
        <section key={job.id} className="channel" aria-label={job.kind}>
          <div className="channel__head">
            <div className="channel__name">
              <h2><code>{job.kind}</code></h2>
              <p className="table__sub">{t('attempts', { count: job.attempts })} · {format.ago(job.created_at)}</p>
            </div>
            <Button size="small" icon={<RotateCw size={14} aria-hidden="true" />} onPress={() => void act(() => api.post(`jobs/${job.id}/replay`), t('job-replayed'))}>{t('run-again')}</Button>
          </div>
          {job.last_error && <p className="channel__error">{job.last_error}</p>}
        </section>
      ))}
    </Listing>
  )
}
