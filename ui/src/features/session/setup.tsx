import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ApiError } from '../../api/client'
import type { Locale, Me } from '../../api/types'
import { deviceTimeZone, useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { PasswordField, Select, TextField } from '../../ui/field'
import { Entrance } from './entrance'
import { sessionQuery, setupQuery } from './queries'
import { timeZones } from './time-zones'
import { usePageTitle } from '../../ui/page-title'

const MIN_PASSWORD = 12

export function Setup({ onDone }: { onDone: () => void }) {
  const { t, locale, setLocale } = useI18n()
  const client = useQueryClient()
  const [form, setForm] = useState({ token: '', workspace: '', time_zone: deviceTimeZone(), name: '', email: '', password: '' })
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [alert, setAlert] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  usePageTitle(t('setup-title'))

  const bind = (field: keyof typeof form) => ({
    value: form[field],
    error: errors[field],
    isRequired: true,
    onChange: (value: string) => {
      setForm((current) => ({ ...current, [field]: value }))
      setErrors(({ [field]: _, ...rest }) => rest)
    },
  })

  const check = () => {
    const found: Record<string, string> = {}
    for (const field of ['token', 'workspace', 'name', 'email'] as const) if (!form[field].trim()) found[field] = t('field-required')
    if (form.email && !/^\S+@\S+$/.test(form.email)) found.email = t('field-email-invalid')
    if (form.password.length < MIN_PASSWORD) found.password = t('password-short', { min: MIN_PASSWORD })
    return found
  }

  const submit = async () => {
    const found = check()
    setErrors(found)
    setAlert(null)
    const first = Object.keys(found)[0]
    if (first) return focusField(first)
    setBusy(true)
    try {
      const me = await api.post<Me>('setup', { ...form, token: form.token.trim(), locale })
      client.setQueryData(setupQuery.queryKey, { needed: false })
      client.setQueryData(sessionQuery.queryKey, me)
      onDone()
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      if (cause.field && cause.field in form) {
        setErrors({ [cause.field]: cause.message })
        focusField(cause.field)
      } else setAlert(cause.offline ? t('error-offline') : cause.message || t('error-unknown'))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Entrance title={t('setup-title')} intro={t('setup-intro')} alert={alert} onSubmit={submit}>
      <TextField label={t('setup-token')} help={t('setup-token-help')} name="token" autoComplete="off" autoFocus {...bind('token')} />
      <h2 className="entrance__section">{t('setup-workspace')}</h2>
      <TextField label={t('setup-workspace-name')} help={t('setup-workspace-help')} name="workspace" autoComplete="organization" {...bind('workspace')} />
      <div className="entrance__pair">
        <Select
          label={t('language')} value={locale} onChange={(value) => setLocale(value as Locale)}
          options={[{ id: 'hu', name: 'Magyar' }, { id: 'en', name: 'English' }]}
        />
        <Select
          label={t('field-time-zone')} value={form.time_zone} options={timeZones().map((zone) => ({ id: zone, name: zone.replaceAll('_', ' ') }))}
          onChange={(time_zone) => setForm((current) => ({ ...current, time_zone }))}
        />
      </div>
      <h2 className="entrance__section">{t('setup-administrator')}</h2>
      <TextField label={t('field-name')} name="name" autoComplete="name" {...bind('name')} />
      <TextField label={t('field-email')} type="email" name="email" autoComplete="username" {...bind('email')} />
      <PasswordField
        label={t('field-password')} help={t('password-help', { min: MIN_PASSWORD })} name="password" autoComplete="new-password"
        show={t('password-show')} hide={t('password-hide')} {...bind('password')}
      />
      <Button kind="primary" size="large" type="submit" wide isPending={busy}>{t('setup-create')}</Button>
    </Entrance>
  )
}

function focusField(name: string) {
  document.querySelector<HTMLElement>(`[name="${name}"]`)?.focus()
}
