import { useQuery } from '@tanstack/react-query'
import { ArrowRight } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Import, ImportColumn, ImportPreviewRow, ImportTarget, ImportValueType, Json } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Select, TextField } from '../../ui/field'
import { Skeleton } from '../../ui/state'
import { LoadFailure } from '../shell/failure'
import { assign, isNamed, targetsOf } from './mapping'
import { previewQuery } from './queries'

const TYPES: ImportValueType[] = ['text', 'number', 'boolean', 'date', 'json']

/** What the file is and what its columns mean, with the rows as they would become. */
export function Mapping({ one, onChange: change }: { one: Import; onChange: (what: object) => void }) {
  const { t } = useI18n()
  const preview = useQuery(previewQuery(one.id))
  const setColumns = (columns: ImportColumn[]) => change({ columns })
  return (
    <>
      <section className="card" aria-labelledby="reading">
        <div className="card__body">
          <h2 className="card__title" id="reading">{t('import-reading')}</h2>
          <div className="import-reading">
            <Select label={t('import-kind')} value={one.kind} onChange={(kind) => change({ kind })} options={(['people', 'facts'] as const).map((id) => ({ id, name: t(`import-kind-${id}`) }))} />
            <Select
              label={t('import-encoding')} value={one.encoding} onChange={(encoding) => change({ encoding })}
              options={[{ id: 'utf-8', name: 'UTF-8' }, { id: 'windows-1250', name: 'Windows-1250' }, { id: 'iso-8859-2', name: 'ISO 8859-2' }]}
            />
            {one.file === 'csv' && (
              <Select
                label={t('import-separator')} value={one.separator} onChange={(separator) => change({ separator })}
                options={[{ id: 'semicolon', name: t('import-semicolon') }, { id: 'comma', name: t('import-comma') }, { id: 'tab', name: t('import-tab') }]}
              />
            )}
            {one.kind === 'facts' && !one.columns.some((column) => column.as === 'event') && <EventName key={one.event} value={one.event ?? ''} onChange={(event) => change({ event })} />}
          </div>
        </div>
      </section>
      <section className="card" aria-labelledby="columns">
        <div className="card__body">
          <h2 className="card__title" id="columns">{t('import-columns')}</h2>
          <p className="card__text">{t('import-columns-text')}</p>
          <ul className="import-columns">
            {one.headers.map((header, index) => (
              <ColumnRow
                key={`${header} ${one.separator}`} header={header} kind={one.kind} column={one.columns[index]!} samples={preview.data?.samples[index] ?? []}
                onTarget={(as) => setColumns(assign(one.columns, one.headers, index, as))}
                onChange={(column) => setColumns(one.columns.map((known, at) => (at === index ? column : known)))}
              />
            ))}
          </ul>
        </div>
      </section>
      <section className="card" aria-labelledby="preview">
        <div className="card__body">
          <h2 className="card__title" id="preview">{t('import-preview')}</h2>
          {preview.isError && !preview.data && <LoadFailure error={preview.error} onRetry={() => void preview.refetch()} />}
          {preview.isPending && <div className="skeleton-stack" aria-hidden="true"><Skeleton width="70%" /><Skeleton width="50%" /></div>}
          {preview.data?.rows.length === 0 && <p className="muted">{t('import-no-rows')}</p>}
          {!!preview.data?.rows.length && <ul className="import-preview">{preview.data.rows.map((row) => <PreviewRow key={row.line} row={row} />)}</ul>}
        </div>
      </section>
    </>
  )
}

function EventName({ value, onChange }: { value: string; onChange: (event: string) => void }) {
  const { t } = useI18n()
  const [text, setText] = useState(value)
  return <TextField label={t('import-event')} help={t('import-event-help')} value={text} onChange={setText} onBlur={() => text.trim() !== value && onChange(text.trim())} />
}

interface ColumnProps {
  header: string; kind: Import['kind']; column: ImportColumn; samples: string[]
  onTarget: (target: ImportTarget) => void; onChange: (column: ImportColumn) => void
}

function ColumnRow({ header, kind, column, samples, onTarget, onChange }: ColumnProps) {
  const { t } = useI18n()
  const [name, setName] = useState(column.name ?? '')
  useEffect(() => setName(column.name ?? ''), [column.name])
  const rename = () => {
    const wanted = name.trim()
    if (!wanted) setName(column.name ?? '')
    else if (wanted !== column.name) onChange({ ...column, name: wanted })
  }
  return (
    <li className="import-column" data-ignored={column.as === 'ignore' || undefined}>
      <div className="import-column__from">
        <strong>{header}</strong>
        <span className="muted import-column__samples">{samples.join(' · ') || t('import-column-empty')}</span>
      </div>
      <ArrowRight size={16} aria-hidden="true" className="import-column__arrow" />
      <div className="import-column__to">
        <Select label={t('import-meaning', { column: header })} hideLabel value={column.as} onChange={(as) => onTarget(as as ImportTarget)} options={targetsOf(kind).map((id) => ({ id, name: t(`import-as-${id}`) }))} />
        {isNamed(column) && <TextField label={t('import-field-name', { column: header })} hideLabel value={name} onChange={setName} onBlur={rename} />}
        {isNamed(column) && <Select label={t('import-field-type', { column: header })} hideLabel value={column.type ?? 'text'} onChange={(type) => onChange({ ...column, type: type as ImportValueType })} options={TYPES.map((id) => ({ id, name: t(`import-type-${id}`) }))} />}
      </div>
    </li>
  )
}

const OUTCOMES: Record<string, string> = { created: 'ok', changed: 'waiting', unchanged: '', wrong: 'error' }

function PreviewRow({ row }: { row: ImportPreviewRow }) {
  const { t, format } = useI18n()
  const { person, fact, wrong } = row
  const values = person
    ? [...person.emails, ...person.phones, ...(person.user_id ? [`${t('identity-external')}: ${person.user_id}`] : []), ...told(person.traits, person.locale), ]
    : told(fact?.properties ?? {}, null)
  return (
    <li className="import-preview__row">
      <span className="muted tabular import-preview__line">{t('import-line-number', { line: format.number(row.line) })}</span>
      <div className="import-preview__text">
        {person && <strong>{person.name ?? person.emails[0] ?? person.phones[0] ?? person.user_id}</strong>}
        {fact && <strong>{fact.who} · {fact.event}{fact.at && ` · ${format.full(fact.at)}`}</strong>}
        {wrong && <strong>{wrong.field && `${wrong.field}: `}{wrong.message}</strong>}
        <span className="muted import-preview__values">{wrong ? wrong.raw : values.join(' · ')}</span>
      </div>
      <span className={`pill${OUTCOMES[row.outcome] ? ` pill--${OUTCOMES[row.outcome]}` : ''}`}>{t(`import-row-${row.outcome as 'created' | 'changed' | 'unchanged' | 'wrong'}`)}</span>
    </li>
  )

  function told(traits: Record<string, Json>, locale: string | null) {
    const all = Object.entries(traits).filter(([name]) => name !== 'first_name' && name !== 'last_name').map(([name, value]) => `${name}: ${value === true ? t('import-yes') : value === false ? t('import-no') : typeof value === 'number' ? format.number(value) : typeof value === 'string' ? value : JSON.stringify(value)}`)
    return locale ? [`${t('import-as-locale')}: ${locale}`, ...all] : all
  }
}
