import { useState } from 'react'
import { api } from '../../api/client'
import { useI18n } from '../../i18n/context'
import { PasswordField } from '../../ui/field'
import { SettingsCard } from './card'

const MIN = 12

export function Security() {
  const { t } = useI18n()
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<{ field: string; message: string } | null>(null)
  const save = async () => {
    if (password.length < MIN) return setError({ field: 'password', message: t('password-short', { min: MIN }) })
    await api.put('me/password', { current, password })
    setCurrent('')
    setPassword('')
  }
  const errorOf = (field: string) => (error?.field === field ? error.message : null)
  const words = { show: t('password-show'), hide: t('password-hide') }
  return (
    <SettingsCard title={t('change-password')} dirty={current !== '' && password !== ''} saveLabel={t('change-password')} onSave={save} onFieldError={(field, message) => setError({ field, message })} pair>
      <PasswordField {...words} label={t('password-current')} autoComplete="current-password" value={current} error={errorOf('current')} onChange={(value) => { setError(null); setCurrent(value) }} />
      <PasswordField {...words} label={t('password-new')} help={t('password-help', { min: MIN })} autoComplete="new-password" value={password} error={errorOf('password')} onChange={(value) => { setError(null); setPassword(value) }} />
    </SettingsCard>
  )
}
