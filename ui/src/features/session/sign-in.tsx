import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, ApiError } from '../../api/client'
import type { Me } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { PasswordField, TextField } from '../../ui/field'
import { Entrance } from './entrance'
import { sessionQuery } from './queries'
import { usePageTitle } from '../../ui/page-title'

export function SignIn({ expired, onSignedIn }: { expired: boolean; onSignedIn: () => void }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<ApiError | null>(null)
  const [busy, setBusy] = useState(false)
  const wait = useCountdown(error?.status === 429 ? (error.retryAfter ?? 60) : 0, error)
  usePageTitle(t('sign-in'))

  const submit = async () => {
    if (busy || wait > 0) return
    setBusy(true)
    try {
      client.setQueryData(sessionQuery.queryKey, await api.post<Me>('session', { email, password }))
      onSignedIn()
    } catch (cause) {
      setError(cause instanceof ApiError ? cause : new ApiError(0, 'unknown', ''))
    } finally {
      setBusy(false)
    }
  }

  const alert = () => {
    if (wait > 0) return t('sign-in-wait', { seconds: wait })
    if (!error || error.status === 429) return null
    if (error.offline) return t('error-offline')
    return error.status === 401 ? t('sign-in-wrong') : error.message || t('error-unknown')
  }

  return (
    <Entrance title={t('sign-in-title')} intro={expired ? t('sign-in-expired') : undefined} alert={alert()} onSubmit={submit}>
      <TextField label={t('field-email')} type="email" name="username" autoComplete="username" autoFocus isRequired value={email} onChange={setEmail} />
      <PasswordField
        label={t('field-password')} name="password" autoComplete="current-password" isRequired value={password} onChange={setPassword}
        show={t('password-show')} hide={t('password-hide')}
      />
      <Button kind="primary" size="large" type="submit" wide isPending={busy} isDisabled={wait > 0}>{t('sign-in')}</Button>
      <p className="entrance__hint">{t('sign-in-forgotten')}</p>
    </Entrance>
  )
}

function useCountdown(seconds: number, since: unknown) {
  const [left, setLeft] = useState(0)
  useEffect(() => {
    const until = Date.now() + seconds * 1000
    const tick = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)))
    tick()
    if (!seconds) return
    const timer = setInterval(tick, 1000)
    return () => clearInterval(timer)
  }, [seconds, since])
  return left
}
