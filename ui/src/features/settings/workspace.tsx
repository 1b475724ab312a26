import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Locale, Workspace } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Select, TextField } from '../../ui/field'
import { sessionQuery, useMe } from '../session/queries'
import { SettingsCard } from './card'
import { LANGUAGES, zoneOptions } from './me'

const DELAYS = [0, 3, 6, 10, 20, 30]

export function WorkspaceSettings() {
  const { t } = useI18n()
  const { workspace } = useMe()
  const client = useQueryClient()
  const [form, setForm] = useState(workspace)
  const [error, setError] = useState<string | null>(null)
  const fields = ['name', 'locale', 'time_zone', 'send_undo_seconds'] as const
  const changed = fields.filter((field) => form[field] !== workspace[field])
  const save = async () => {
    const patch = Object.fromEntries(changed.map((field) => [field, form[field]]))
    const saved = await api.patch<Workspace>('workspace', patch)
    const next = { ...form, ...saved }
    setForm(next)
    client.setQueryData(sessionQuery.queryKey, (me) => me && { ...me, workspace: next })
    await client.invalidateQueries({ queryKey: ['conversation'] })
  }
  const delays = [...new Set([...DELAYS, form.send_undo_seconds])].sort((a, b) => a - b)
  return (
    <SettingsCard title={t('workspace-basics')} dirty={changed.length > 0 && form.name.trim() !== ''} onSave={save} onFieldError={(_, message) => setError(message)} pair>
      <TextField label={t('setup-workspace-name')} value={form.name} error={error} onChange={(name) => { setError(null); setForm({ ...form, name }) }} />
      <Select label={t('send-delay')} help={t('send-delay-help')} value={String(form.send_undo_seconds)} onChange={(value) => setForm({ ...form, send_undo_seconds: Number(value) })}
        options={delays.map((seconds) => ({ id: String(seconds), name: seconds ? t('seconds', { count: seconds }) : t('at-once') }))} />
      <Select label={t('workspace-language')} help={t('workspace-language-help')} options={LANGUAGES} value={form.locale} onChange={(locale) => setForm({ ...form, locale: locale as Locale })} />
      <Select label={t('field-time-zone')} options={zoneOptions(form.time_zone)} value={form.time_zone} onChange={(time_zone) => setForm({ ...form, time_zone })} />
    </SettingsCard>
  )
}
