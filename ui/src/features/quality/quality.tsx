import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChartColumn, CircleCheck } from 'lucide-react'
import { useState } from 'react'
import type { Measure, Quality, Series } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Empty, Skeleton } from '../../ui/state'
import { wordsOf } from '../events/call-words'
import '../events/events.css'
import { useNameOf } from '../plan/plan'
import { can, useMe } from '../session/queries'
import { LoadFailure } from '../shell/failure'
import { Bars } from './bars'
import { qualityQuery } from './queries'
import { SamplesDialog } from './samples'
import { Waiting } from './waiting'
import './quality.css'

const CARDS = ['calls', 'violations', 'unplanned', 'set_aside', 'refused', 'conflicts', 'invalid', 'duplicates'] as const satisfies readonly Measure[]
/** Measures with tables of their own, in their order. */
const TABLES = ['violations', 'unplanned', 'refused', 'conflicts', 'invalid'] as const satisfies readonly Measure[]

/** What came in thirty days and what was wrong with it; each number leads to its calls. */
export function DataQuality() {
  const { t } = useI18n()
  const quality = useQuery(qualityQuery)
  const [opened, setOpened] = useState<Series | null>(null)
  const words = useWords()
  if (quality.isError && !quality.data) return <LoadFailure error={quality.error} onRetry={() => void quality.refetch()} />
  if (!quality.data) return <div className="card"><div className="card__body" aria-hidden="true"><Skeleton width="50%" /><Skeleton width="70%" /><Skeleton width="40%" /></div></div>
  const { measures, items, waiting, more_waiting: hasMore, days } = quality.data
  if (measures.every(({ total }) => total === 0) && !waiting.length) return <Empty icon={ChartColumn} title={t('quality-nothing')}>{t('quality-nothing-text')}</Empty>
  const isFine = TABLES.every((measure) => !items.some((item) => item.measure === measure))
  return (
    <>
      <Cards measures={measures} days={days} waits={waiting.length > 0} />
      <Waiting of={waiting} hasMore={hasMore} onOpen={setOpened} />
      {isFine && !waiting.length && <Empty icon={CircleCheck} tone="done" title={t('quality-fine')} />}
      {TABLES.map((measure) => <Items key={measure} measure={measure} quality={quality.data} onOpen={setOpened} />)}
      <SamplesDialog of={opened} title={opened ? words(opened) : ''} onClose={() => setOpened(null)} />
    </>
  )
}

function Cards({ measures, days, waits }: { measures: Series[]; days: string[]; waits: boolean }) {
  const { t, format } = useI18n()
  return (
    <ul className="quality-cards">
      {CARDS.map((measure) => {
        const one = measures.find((series) => series.measure === measure)
        if (!one) return null
        const name = t(`quality-${measure}`)
        return (
          <li key={measure} className="quality-card">
            <h2 className="quality-card__name">{name}</h2>
            <p className="quality-card__number tabular"><Whither of={one} name={name} waits={waits} /></p>
            <p className="quality-card__today muted">{t('quality-today', { count: format.number(one.counts.at(-1) ?? 0) })}</p>
            <Bars name={name} days={days} counts={one.counts} tone={measure === 'calls' || measure === 'duplicates' ? 'plain' : 'bad'} />
          </li>
        )
      })}
    </ul>
  )
}

/** A number leads to what it is made of: to its table below, or to the live events. */
function Whither({ of: { measure, total }, name, waits }: { of: Series; name: string; waits: boolean }) {
  const { t, format } = useI18n()
  const label = t('quality-calls-of', { name, count: total })
  if (total > 0 && (measure === 'calls' || measure === 'duplicates')) {
    return <Link to="/settings/{-$section}" params={{ section: 'events' }} search={measure === 'duplicates' ? { item: 'duplicate' } : {}} aria-label={label}>{format.number(total)}</Link>
  }
  const place = measure === 'set_aside' ? 'waiting' : measure
  const isThere = total > 0 && (measure !== 'set_aside' || waits)
  if (!isThere) return format.number(total)
  const go = () => {
    const title = document.getElementById(`quality-${place}`)
    title?.scrollIntoView({ block: 'start' })
    title?.focus({ preventScroll: true })
  }
  return <Button kind="link" aria-label={label} onPress={go}>{format.number(total)}</Button>
}

/** What a number is of, in words. */
function useWords() {
  const { t } = useI18n()
  const nameOf = useNameOf()
  return ({ measure, subject, property, rule }: Series) => {
    if (!subject) return t('quality-rest')
    if (measure === 'refused') {
      const known = wordsOf(subject)
      return known ? t(known) : subject
    }
    if (measure === 'conflicts' || measure === 'invalid') return t(`quality-${measure}-${subject === 'phone' ? 'phone' : 'email'}`)
    const [kind = '', ...name] = subject.split(':')
    const event = nameOf({ kind, name: name.join(':') })
    if (!rule) return event
    const what = t(`rule-${rule as 'missing'}`)
    return property ? `${event} › ${property}: ${what}` : `${event}: ${what}`
  }
}

const MORE = 10

function Items({ measure, quality: { items, days }, onOpen }: { measure: (typeof TABLES)[number]; quality: Quality; onOpen: (series: Series) => void }) {
  const { t, format } = useI18n()
  const words = useWords()
  const plans = can(useMe()).administer && measure === 'unplanned'
  const [all, setAll] = useState(false)
  const of = items.filter((item) => item.measure === measure)
  if (!of.length) return null
  const title = t(`quality-${measure}`)
  return (
    <section aria-labelledby={`quality-${measure}`}>
      <h2 className="quality__title" id={`quality-${measure}`} tabIndex={-1}>{title}</h2>
      <p className="muted">{t(`quality-${measure}-text`)} {plans && <Link to="/settings/{-$section}" params={{ section: 'plan' }}>{t('settings-plan')}</Link>}</p>
      <div className="table-frame">
        <table className="table quality-table">
          <caption className="visually-hidden">{title}</caption>
          <thead><tr><th scope="col">{t('quality-what')}</th><th scope="col" className="quality-table__trend">{t('quality-trend')}</th><th scope="col" className="table__number">{t('quality-count')}</th></tr></thead>
          <tbody>
            {of.slice(0, all ? undefined : MORE).map((item) => {
              const name = words(item)
              return (
                <tr key={`${item.subject} ${item.property} ${item.rule}`}>
                  <td className="plan__name">{name}</td>
                  <td className="quality-table__trend"><Bars name={name} days={days} counts={item.counts} height={20} tone="bad" /></td>
                  <td className="table__number"><Button kind="link" aria-label={t('quality-calls-of', { name, count: item.total })} onPress={() => onOpen(item)}>{format.number(item.total)}</Button></td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {of.length > MORE && !all && <p className="channel__acts"><Button size="small" onPress={() => setAll(true)}>{t('quality-all', { count: of.length })}</Button></p>}
    </section>
  )
}
