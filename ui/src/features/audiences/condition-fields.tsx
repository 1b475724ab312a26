import { useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { ApiError } from '../../api/client'
import { useI18n } from '../../i18n/context'
import { TextField } from '../../ui/field'
import { sayFailure } from '../inbox/acts'
import { Builder } from './builder'
import type { Condition } from './condition'
import { fromCondition } from './model'
import { print } from './print'
import { previewQuery } from './queries'
import { expectedIn, mistakeIn } from './text-mistake'
import type { Draft } from './use-draft'
import type { Preview } from './use-preview'
import { useWords } from './words'

interface Props { draft: Draft; self: string | null; preview: Preview; tried: boolean; error?: string }

/** The condition, as a sentence of fields or as text. */
export function ConditionFields({ draft, self, preview, tried, error }: Props) {
  const { t } = useI18n()
  const client = useQueryClient()
  const heading = useId()
  const words = useWords(true)
  const [refused, setRefused] = useState<string | null>(null)
  const { fields, set } = draft
  const asText = fields.text !== null
  const toText = () => {
    if (!draft.condition) return setRefused(t('audience-text-unfinished'))
    set({ text: print(draft.condition, (id) => words.audiences.find((one) => one.id === id)?.name ?? null) })
  }
  const toFields = async () => {
    try {
      const { condition } = await client.fetchQuery(previewQuery(JSON.stringify({ text: fields.text })))
      set({ root: fromCondition(condition as Condition), text: null })
    } catch (failure) {
      if (failure instanceof ApiError && failure.field) setRefused(t('audience-text-mend'))
      else sayFailure(t, failure)
    }
  }
  const choose = (form: string) => {
    setRefused(null)
    if (form === 'text' && !asText) toText()
    if (form === 'fields' && asText) void toFields()
  }
  return (
    <section className="audience-condition" aria-labelledby={heading}>
      <div className="audience-condition__head">
        <h2 id={heading} className="audience-part__title">{t('audience-condition')}</h2>
        <ToggleButtonGroup className="button-group" selectionMode="single" disallowEmptySelection aria-label={t('audience-form')} selectedKeys={[asText ? 'text' : 'fields']} onSelectionChange={(keys) => choose(String([...keys][0]))}>
          {(['fields', 'text'] as const).map((form) => <ToggleButton key={form} id={form} className="button button--secondary button--small">{t(`audience-form-${form}`)}</ToggleButton>)}
        </ToggleButtonGroup>
      </div>
      <p role="status" className="field__error">{refused}</p>
      {asText
        ? <TextForm text={fields.text!} preview={preview} onChange={(text) => { setRefused(null); set({ text }) }} />
        : <Builder root={fields.root} gaps={tried ? draft.gaps : []} self={self} words={words} onChange={(root) => { setRefused(null); set({ root }) }} />}
      {error && <p role="alert" className="field__error">{error}</p>}
    </section>
  )
}

function TextForm({ text, preview, onChange }: { text: string; preview: Preview; onChange: (text: string) => void }) {
  const { t } = useI18n()
  const failure = preview.error instanceof ApiError && preview.error.field ? preview.error : null
  const mistake = failure && mistakeIn(text, String(failure.detail ?? ''))
  const expected = mistake && expectedIn(mistake.what)
  return (
    <>
      <TextField label={t('audience-text')} rows={6} mono value={text} onChange={onChange} help={t('audience-text-help')}
        error={failure && (mistake ? t('audience-text-mistake', { line: mistake.line, column: mistake.column }) : failure.message)} />
      {failure && (
        <div className="audience-mistake">
          {mistake && <code lang="en">{mistake.before}<mark>{mistake.at}</mark>{mistake.after}</code>}
          {expected
            ? <p>{t('audience-expected', { what: expected.key ? t(expected.key) : expected.words })} {t(expected.found === null ? 'audience-found-end' : 'audience-found', { found: expected.found ?? '' })}</p>
            : <p lang="en">{mistake?.what ?? String(failure.detail ?? '')}</p>}
        </div>
      )}
    </>
  )
}
