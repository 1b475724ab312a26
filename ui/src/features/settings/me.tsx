import { useState } from 'react'
import type { Density, Locale, Me, Theme } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Select, Switch, TextField } from '../../ui/field'
import { NoticeSettings } from '../notices/settings'
import { useMe, useUpdateMe } from '../session/queries'
import { timeZones } from '../session/time-zones'
import { SettingsCard } from './card'
import { ShortcutSettings } from './shortcuts'

export const LANGUAGES = [{ id: 'hu', name: 'Magyar' }, { id: 'en', name: 'English' }]
export const zoneOptions = (current: string) => timeZones(current).map((zone) => ({ id: zone, name: zone.replaceAll('_', ' ') }))

export function MySettings() {
  const me = useMe()
  return (
    <>
      <Profile me={me} />
      <Appearance me={me} />
      <NoticeSettings />
      <Signature me={me} />
      <ShortcutSettings me={me} />
    </>
  )
}

function Profile({ me }: { me: Me }) {
  const { t } = useI18n()
  const update = useUpdateMe()
  const [form, setForm] = useState({ name: me.name, locale: me.locale, time_zone: me.time_zone })
  const [error, setError] = useState<string | null>(null)
  const dirty = form.name !== me.name || form.locale !== me.locale || form.time_zone !== me.time_zone
  const save = async () => {
    await update({ ...form, name: form.name.trim() })
    setForm((old) => ({ ...old, name: old.name.trim() }))
  }
  return (
    <SettingsCard title={t('profile')} dirty={dirty && form.name.trim() !== ''} onSave={save} onFieldError={(_, message) => setError(message)} pair>
      <TextField label={t('field-name')} value={form.name} autoComplete="name" error={form.name.trim() ? error : t('field-required')} onChange={(name) => { setError(null); setForm({ ...form, name }) }} />
      <TextField label={t('field-email')} value={me.email} isReadOnly help={t('email-by-administrator')} />
      <Select label={t('language')} options={LANGUAGES} value={form.locale} onChange={(locale) => setForm({ ...form, locale: locale as Locale })} />
      <Select label={t('field-time-zone')} options={zoneOptions(form.time_zone)} value={form.time_zone} onChange={(time_zone) => setForm({ ...form, time_zone })} />
    </SettingsCard>
  )
}

function Appearance({ me }: { me: Me }) {
  const { t } = useI18n()
  const update = useUpdateMe()
  const [form, setForm] = useState({ theme: me.theme, density: me.density, single_keys: me.single_keys })
  const dirty = form.theme !== me.theme || form.density !== me.density || form.single_keys !== me.single_keys
  return (
    <SettingsCard title={t('appearance')} dirty={dirty} onSave={() => update(form)} pair>
      <Select label={t('theme')} value={form.theme} onChange={(theme) => setForm({ ...form, theme: theme as Theme })}
        options={(['system', 'light', 'dark'] as const).map((id) => ({ id, name: t(`theme-${id}`) }))} />
      <Select label={t('density')} value={form.density} onChange={(density) => setForm({ ...form, density: density as Density })}
        options={(['comfortable', 'compact'] as const).map((id) => ({ id, name: t(`density-${id}`) }))} />
      <div className="card__wide">
        <Switch label={t('single-keys')} help={t('single-keys-help')} isSelected={form.single_keys} onChange={(single_keys) => setForm({ ...form, single_keys })} />
      </div>
    </SettingsCard>
  )
}

function Signature({ me }: { me: Me }) {
  const { t } = useI18n()
  const update = useUpdateMe()
  const [signature, setSignature] = useState(me.signature)
  return (
    <SettingsCard title={t('signature')} text={t('signature-help')} dirty={signature !== me.signature} onSave={() => update({ signature })}>
      <TextField label={t('signature')} rows={4} value={signature} onChange={setSignature} maxLength={2000} />
    </SettingsCard>
  )
}
