import { CircleAlert, CircleCheck, Loader, Pause, PenLine, X } from 'lucide-react'
import { ProgressBar } from 'react-aria-components'
import type { Import, ImportCounts, ImportError } from '../../api/types'
import { useI18n } from '../../i18n/context'

const STATES = {
  ready: [PenLine, ''], checking: [Loader, 'waiting'], running: [Loader, 'waiting'], paused: [Pause, 'waiting'], cancelled: [X, ''], done: [CircleCheck, 'ok'],
} as const

export function StatePill({ one }: { one: Import }) {
  const { t } = useI18n()
  const [Icon, tone] = STATES[one.state]
  return <span className={`pill${tone ? ` pill--${tone}` : ''}`}><Icon size={13} aria-hidden="true" />{t(`import-is-${one.state}`)}</span>
}

export function Progress({ label, value }: { label: string; value: number }) {
  return (
    <ProgressBar className="progress" aria-label={label} value={value * 100}>
      {({ percentage }) => <span className="progress__track"><span className="progress__bar" style={{ inlineSize: `${percentage ?? 0}%` }} /></span>}
    </ProgressBar>
  )
}

/** What became of rows, or would. */
export function Counts({ counts, kind, dry }: { counts: ImportCounts; kind: Import['kind']; dry?: boolean }) {
  const { t, format } = useI18n()
  const shown = (kind === 'people' ? ['created', 'changed', 'unchanged', 'wrong'] : ['created', 'unchanged', 'wrong']) as (keyof ImportCounts)[]
  return (
    <dl className="import-counts">
      {shown.map((name) => (
        <div key={name} className="import-count" data-tone={name === 'wrong' && counts.wrong > 0 ? 'wrong' : undefined}>
          <dt>{name === 'wrong' && counts.wrong > 0 && <CircleAlert size={14} aria-hidden="true" />}{t(kind === 'facts' && name === 'created' ? (dry ? 'import-would-facts' : 'import-did-facts') : dry ? `import-would-${name}` : `import-did-${name}`)}</dt>
          <dd className="tabular">{format.number(counts[name])}</dd>
        </div>
      ))}
    </dl>
  )
}

export function ErrorTable({ errors }: { errors: ImportError[] }) {
  const { t, format } = useI18n()
  return (
    <div className="table-frame" role="region" aria-label={t('import-errors')} tabIndex={0}>
      <table className="table import-errors" role="table">
        <caption className="visually-hidden">{t('import-errors')}</caption>
        <thead><tr role="row"><th scope="col" role="columnheader">{t('import-line')}</th><th scope="col" role="columnheader">{t('import-reason')}</th><th scope="col" role="columnheader">{t('import-raw')}</th></tr></thead>
        <tbody>
          {errors.map((error) => (
            <tr key={error.line} role="row">
              <td role="cell" className="tabular">{format.number(error.line)}</td>
              <td role="cell">{error.field && <strong>{error.field}: </strong>}{error.message}</td>
              <td role="cell"><code className="import-errors__raw">{error.raw}</code></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
