import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ChevronLeft, CircleAlert, Download, Lock, Pause, Play, Users, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { api, withQuery } from '../../api/client'
import type { Import } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { usePageTitle } from '../../ui/page-title'
import { Empty, Skeleton } from '../../ui/state'
import { toast } from '../../ui/toast'
import { useCommands } from '../commands/store'
import { can, useMe } from '../session/queries'
import { useAct } from '../settings/use-act'
import { LoadFailure } from '../shell/failure'
import { Mapping } from './mapping-form'
import { allRows, pace, rowsOf, seenLately, type Sample } from './mapping'
import { Counts, ErrorTable, Progress, StatePill } from './parts'
import { errorsQuery, importQuery } from './queries'
import '../../ui/table.css'
import '../settings/settings.css'
import './imports.css'

const route = getRouteApi('/shell/imports/$import')

export function ImportPage() {
  const { t, format } = useI18n()
  const allowed = can(useMe()).importPeople
  const { import: id } = route.useParams()
  const { data: one, error, isError, isPending, refetch } = useQuery({ ...importQuery(id), enabled: allowed })
  usePageTitle(one?.name, t('imports'))
  return (
    <main className="screen imports scroll" id="main" tabIndex={-1}>
      <div className="imports__page">
        <Link to="/imports" className="imports__back"><ChevronLeft size={16} aria-hidden="true" />{t('imports')}</Link>
        {!allowed && <Empty icon={Lock} title={t('imports-denied')}>{t('imports-denied-text')}</Empty>}
        {isError && !one && <LoadFailure error={error} onRetry={() => void refetch()} />}
        {allowed && isPending && <div className="skeleton-stack" aria-hidden="true"><Skeleton width="40%" height={24} /><Skeleton width="70%" /><Skeleton width="60%" /></div>}
        {one && (
          <>
            <header className="import-head">
              <h1 className="imports__title">{one.name}</h1>
              <p className="import-head__facts muted"><StatePill one={one} /><span>{t(`import-kind-${one.kind}`)}</span><span>{format.size(one.size)}</span><span>{t('import-by', { name: one.created_by.name, at: format.full(one.created_at) })}</span></p>
            </header>
            {one.reason && <p className="import-given-up" role="alert"><CircleAlert size={16} aria-hidden="true" />{t('import-given-up', { reason: one.reason })}</p>}
            {one.state === 'ready' || one.state === 'checking' ? <Preparing one={one} /> : <Outcome one={one} />}
          </>
        )}
      </div>
    </main>
  )
}

function Preparing({ one }: { one: Import }) {
  const { t } = useI18n()
  const act = useAct(['import', one.id])
  const checked = one.dry_run?.finished_at ? one.dry_run : null
  // What is pressed next goes by the mapping as it is shown, so it waits until that is saved.
  const saved = useRef(Promise.resolve(true))
  const save = (what: object) => {
    saved.current = saved.current.then(async () => {
      let isSaved = false
      await act(async () => {
        await api.patch(`imports/${one.id}`, what)
        isSaved = true
      })
      return isSaved
    })
  }
  const whenSaved = async (request: () => Promise<unknown>, done?: string) => {
    if (await saved.current) return act(request, done)
    saved.current = Promise.resolve(true)
  }
  const check = () => void whenSaved(() => api.post(`imports/${one.id}/dry-run`))
  const run = () => void whenSaved(() => api.post(`imports/${one.id}/run`), t('import-started'))
  useCommands(one.state === 'ready' ? [{ id: 'import-check', label: t('import-check'), group: 'action', run: check }] : [])
  return (
    <>
      {one.state === 'checking'
        ? (
          <section className="card" aria-labelledby="checking">
            <div className="card__body">
              <h2 className="card__title" id="checking">{t('import-checking')}</h2>
              <UnderWay one={one} rows={rowsOf(one.dry_run?.counts ?? one.counts)} progress={one.dry_run?.progress ?? 0} label={t('import-checking')} />
              <p className="muted">{t('import-checking-text')}</p>
            </div>
            <div className="card__foot"><Button icon={<X size={15} aria-hidden="true" />} onPress={() => void act(() => api.delete(`imports/${one.id}/dry-run`))}>{t('import-stop-check')}</Button></div>
          </section>
        )
        : <Mapping one={one} onChange={save} />}
      {checked && one.state === 'ready' && (
        <section className="card" aria-labelledby="checked">
          <div className="card__body">
            <div role="status"><h2 className="card__title" id="checked">{t('import-checked')}</h2></div>
            <Counts counts={checked.counts} kind={one.kind} dry />
            {checked.first.length > 0 && <><h3 className="imports__part">{t('import-first-errors')}</h3><ErrorTable errors={checked.first} /></>}
          </div>
        </section>
      )}
      {one.state === 'ready' && (
        <div className="import-acts">
          <Button kind={checked ? 'secondary' : 'primary'} onPress={check}>{t(checked ? 'import-check-again' : 'import-check')}</Button>
          <Button kind={checked ? 'primary' : 'secondary'} icon={<Play size={15} aria-hidden="true" />} onPress={run}>{t(one.kind === 'people' ? 'import-run' : 'import-run-facts')}</Button>
          <span className="muted">{t(checked ? 'import-run-text' : 'import-check-text')}</span>
        </div>
      )}
    </>
  )
}

/** How far it is, how quick, and how long it will take. */
function UnderWay({ one, rows, progress, label }: { one: Import; rows: number; progress: number; label: string }) {
  const { t, format } = useI18n()
  const [samples, setSamples] = useState<Sample[]>([])
  useEffect(() => setSamples((before) => seenLately(before, { at: Date.now(), rows, progress })), [rows, progress])
  const all = one.state === 'checking' ? null : allRows(one)
  const now = one.state === 'paused' || one.state === 'cancelled' ? null : pace(samples)
  const left = now && (now.left < 60 ? t('import-left-seconds', { count: Math.max(1, Math.round(now.left)) }) : t('import-left-minutes', { count: Math.round(now.left / 60) }))
  return (
    <div className="import-way">
      <Progress label={label} value={progress} />
      <p className="import-way__words tabular">
        <span>{all ? t(one.dry_run?.finished_at ? 'import-rows-of' : 'import-rows-about', { done: format.number(rows), all: format.number(all) }) : t('import-rows', { done: format.number(rows) })}</span>
        {now && <span>{t('import-rate', { rate: format.number(Math.round(now.rate)) })}</span>}
        {left && <span>{left}</span>}
      </p>
    </div>
  )
}

function Outcome({ one }: { one: Import }) {
  const { t } = useI18n()
  const act = useAct(['import', one.id])
  const goOn = () => act(() => api.post(`imports/${one.id}/run`))
  const pause = () => void act(() => api.delete(`imports/${one.id}/run`))
  const cancel = () => void act(async () => {
    await api.delete(`imports/${one.id}`)
    toast(t('import-cancelled'), { action: { label: t('import-go-on'), run: () => void goOn() } })
  })
  const running = one.state === 'running'
  useCommands(running ? [{ id: 'import-pause', label: t('import-pause'), group: 'action', run: pause }] : [])
  return (
    <>
      <section className="card" aria-labelledby="outcome">
        <div className="card__body">
          <div role="status"><h2 className="card__title" id="outcome">{t(`import-title-${one.state as 'running' | 'paused' | 'cancelled' | 'done'}`)}</h2></div>
          {one.state !== 'done' && <UnderWay one={one} rows={rowsOf(one.counts)} progress={one.progress} label={t('import-title-running')} />}
          <Counts counts={one.counts} kind={one.kind} />
        </div>
        <div className="card__foot">
          {running && <Button icon={<Pause size={15} aria-hidden="true" />} onPress={pause}>{t('import-pause')}</Button>}
          {(one.state === 'paused' || one.state === 'cancelled') && <Button kind="primary" icon={<Play size={15} aria-hidden="true" />} onPress={() => void goOn()}>{t('import-go-on')}</Button>}
          {(running || one.state === 'paused') && <Button icon={<X size={15} aria-hidden="true" />} onPress={cancel}>{t('import-cancel')}</Button>}
          {one.state === 'done' && <Link to="/customers" className="button button--primary button--normal"><Users size={15} aria-hidden="true" /><span>{t('import-see')}</span></Link>}
          {one.state === 'done' && <span className="muted">{t('import-again')}</span>}
        </div>
      </section>
      {one.counts.wrong > 0 && <Errors one={one} />}
    </>
  )
}

function Errors({ one }: { one: Import }) {
  const { t } = useI18n()
  // Read anew when more were set aside.
  const errors = useInfiniteQuery({ ...errorsQuery(one.id), queryKey: ['import', one.id, 'errors', Math.ceil(one.counts.wrong / 50)] as never })
  const rows = errors.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section>
      <div className="import-errors__head">
        <div>
          <h2 className="imports__part">{t('import-errors')}</h2>
          <p className="muted imports__intro">{t('import-errors-text')}</p>
        </div>
        <a className="button button--secondary button--normal" href={withQuery(`imports/${one.id}/errors.csv`, { bom: true })} download><Download size={15} aria-hidden="true" /><span>{t('import-errors-download')}</span></a>
      </div>
      {errors.isError && !errors.data && <LoadFailure error={errors.error} onRetry={() => void errors.refetch()} />}
      {errors.isPending && <div className="skeleton-stack" aria-hidden="true"><Skeleton width="70%" /><Skeleton width="50%" /></div>}
      {rows.length > 0 && <ErrorTable errors={rows} />}
      {errors.hasNextPage && <p className="imports__more"><Button onPress={() => void errors.fetchNextPage()} isDisabled={errors.isFetchingNextPage}>{t('imports-more')}</Button></p>}
    </section>
  )
}
