import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { Form } from 'react-aria-components'
import { api, ApiError } from '../../api/client'
import type { Audience } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { TextField } from '../../ui/field'
import { toast } from '../../ui/toast'
import { sayFailure } from '../inbox/acts'
import { can, useMe } from '../session/queries'
import { LeaveGuard } from '../shell/leave-guard'
import { Acts } from './acts'
import { ConditionFields } from './condition-fields'
import { Members } from './members'
import { PreviewPanel } from './preview'
import { audienceQuery, audiencesQuery } from './queries'
import { ReadOnly } from './read-only'
import { StatePills } from './state-pills'
import { useDraft, type Draft } from './use-draft'
import { usePreview } from './use-preview'
import { WhyPanel } from './why'

export function AudienceEditor({ audience, onMade }: { audience: Audience | null; onMade: (id: string) => void }) {
  const { t, format } = useI18n()
  const me = useMe()
  const draft = useDraft(audience)
  const preview = usePreview(draft.asked)
  const form = useRef<HTMLFormElement>(null)
  const { busy, errors, tried, save, clear } = useSave(audience, draft, preview.error, form, onMade)
  const { fields } = draft
  const set = (change: Partial<typeof fields>) => {
    clear()
    draft.set(change)
  }
  const able = can(me).manageAudiences
  return (
    <>
      <header className="audience-head">
        <div className="audience-head__text">
          <h1 className="audiences__title">{audience?.name ?? t('audience-new')}</h1>
          <p className="audience-head__state">
            {audience && <StatePills audience={audience} />}
            {audience?.live && <span className="tabular">{t('audience-member-count', { count: audience.members })}</span>}
            {audience && <span className="muted">{t('audience-changed-ago', { ago: format.ago(audience.changed_at) })}</span>}
            {!!audience?.used_by.length && <span className="muted">{t('audience-used-by-names', { names: format.list(audience.used_by) })}</span>}
          </p>
        </div>
        {able && <Acts audience={audience} dirty={draft.dirty} busy={busy} save={save} />}
      </header>
      {draft.overtaken && (
        <div className="audience-overtaken" role="alert">
          <span>{t('audience-overtaken')}</span>
          <Button size="small" onPress={() => draft.rebase(audience)}>{t('audience-overtaken-load')}</Button>
        </div>
      )}
      <div className="audience-columns">
        <div className="audience-main">
          {able ? (
            <Form ref={form} id="audience-form" className="audience-form" validationBehavior="aria" onSubmit={(event) => { event.preventDefault(); void save() }}>
              <TextField label={t('field-name')} value={fields.name} onChange={(name) => set({ name })} error={errors.name} maxLength={80} autoFocus={!audience} />
              <TextField label={t('audience-description')} rows={2} value={fields.description} onChange={(description) => set({ description })} error={errors.description} maxLength={2000} />
              <ConditionFields draft={{ ...draft, set }} self={audience?.id ?? null} preview={preview} tried={tried} error={errors.condition} />
            </Form>
          ) : audience && <ReadOnly audience={audience} />}
        </div>
        <aside className="audience-aside" aria-label={t('audience-results')}>
          <PreviewPanel preview={preview} unfinished={draft.asked === null} />
          {audience && <WhyPanel audience={audience} dirty={draft.dirty} />}
          {audience?.live && <Members audience={audience} />}
        </aside>
      </div>
      <LeaveGuard dirty={draft.dirty && !busy} samePage />
    </>
  )
}

/** Saves what was changed; `true` when it is kept. */
function useSave(audience: Audience | null, draft: Draft, previewError: unknown, form: React.RefObject<HTMLFormElement | null>, onMade: (id: string) => void) {
  const { t } = useI18n()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [busy, setBusy] = useState(false)
  const [tried, setTried] = useState(false)
  const [errors, setErrors] = useState<Partial<Record<'name' | 'description' | 'condition', string>>>({})
  // The fields first have to be marked.
  const toFirstError = () => requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true], [data-invalid] button')?.focus())
  const unfinished = () => {
    setTried(true)
    setErrors(draft.fields.name.trim() ? {} : { name: t('field-required') })
    if (draft.fields.name.trim() && !draft.gaps.length && !(draft.fields.text !== null && previewError)) return false
    toFirstError()
    return true
  }
  const refused = (error: unknown) => {
    const field = error instanceof ApiError ? error.field : null
    if (field === 'name' || field === 'description') setErrors({ [field]: (error as ApiError).message })
    else if (field === 'condition' || field === 'text') setErrors({ condition: [(error as ApiError).message, (error as ApiError).detail].filter(Boolean).join(' ') })
    else sayFailure(t, error)
    toFirstError()
  }
  const keep = async (): Promise<Audience> => {
    const { changes } = draft
    if (audience) return api.patch<Audience>(`audiences/${audience.id}`, changes)
    return api.post<Audience>('audiences', { ...(draft.fields.text === null ? { condition: draft.condition } : { text: draft.fields.text }), ...changes })
  }
  const save = async (): Promise<Audience | null> => {
    if (unfinished()) return null
    setBusy(true)
    try {
      const saved = audience && !draft.dirty ? audience : await keep()
      client.setQueryData(audienceQuery(saved.id).queryKey, saved)
      void client.invalidateQueries({ queryKey: audiencesQuery.queryKey })
      void client.invalidateQueries({ queryKey: ['audience', saved.id, 'why'] })
      draft.rebase(saved, draft.fields)
      setTried(false)
      toast(t('saved'))
      if (!audience) onMade(saved.id)
      if (!audience) await navigate({ to: '/audiences/$audience', params: { audience: saved.id }, replace: true })
      return saved
    } catch (error) {
      refused(error)
      return null
    } finally {
      setBusy(false)
    }
  }
  return { busy, errors, tried, save, clear: () => setErrors({}) }
}
