import { useNavigate, useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { SearchX } from 'lucide-react'
import { ApiError } from '../../api/client'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Empty, Failure } from '../../ui/state'
import { toast } from '../../ui/toast'

/** What failed, what is safe, what to do; the id that finds it in the server's log. */
export function LoadFailure({ error, onRetry, title }: { error: unknown; onRetry: () => void; title?: string }) {
  const { t } = useI18n()
  const api = error instanceof ApiError ? error : null
  const gone = api?.status === 404
  return (
    <Failure
      title={gone ? t('error-not-found') : (title ?? t('error-load-title'))}
      text={gone ? t('error-not-found-text') : api?.offline ? t('error-offline') : api?.message || t('error-load-text')}
      action={<Button onPress={onRetry}>{t('try-again')}</Button>}
      requestId={api?.requestId && <RequestId id={api.requestId} />}
    />
  )
}

function RequestId({ id }: { id: string }) {
  const { t } = useI18n()
  const copy = () => void navigator.clipboard.writeText(id).then(() => toast(t('copied')))
  return <Button kind="link" size="small" onPress={copy}>{t('error-request-id', { id })}</Button>
}

export function RouteFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <main className="full-page">
      <LoadFailure error={error} onRetry={() => { reset(); void router.invalidate() }} />
    </main>
  )
}

export function NotFound() {
  const { t } = useI18n()
  const navigate = useNavigate()
  return (
    <main className="full-page">
      <h1 className="visually-hidden">{t('page-not-found')}</h1>
      <Empty icon={SearchX} title={t('page-not-found')} action={<Button kind="primary" onPress={() => void navigate({ to: '/' })}>{t('go-inbox')}</Button>}>
        {t('page-not-found-text')}
      </Empty>
    </main>
  )
}
