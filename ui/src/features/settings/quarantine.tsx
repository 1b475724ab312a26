import { useQuery } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Page, Quarantined } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Confirm } from './card'
import { Listing } from './listing'
import { useAct } from './use-act'

const KEY = ['quarantine']
const REASONS = [
  'spam', 'loop', 'bounce_without_match', 'auto_reply_without_match', 'blank', 'rate_cap', 'too_large', 'unparseable', 'timeout', 'channel_deleted',
] as const

export function Quarantine() {
  const { t, format } = useI18n()
  const act = useAct(KEY)
  const [discarding, setDiscarding] = useState<Quarantined | null>(null)
  const list = useQuery({ queryKey: KEY, queryFn: async ({ signal }) => (await api.get<Page<Quarantined>>('quarantine', { state: 'quarantined', limit: 200 }, signal)).items })
  const reason = (code: string) => {
    const known = REASONS.find((one) => one === code)
    return known ? t(`quarantine-reason-${known}`) : code
  }
  const release = (item: Quarantined) => act(() => api.post(`quarantine/${item.id}/release`), t('released'))
  return (
    <>
      <Listing query={list} empty={{ icon: ShieldCheck, title: t('quarantine-none'), text: t('quarantine-none-text') }}>
        {(items) => items.map((item) => (
          <section key={item.id} className="channel" aria-label={item.subject ?? t('no-subject')}>
            <div className="channel__head">
              <div className="channel__name">
                <h2>{item.subject || t('no-subject')}</h2>
                <p className="table__sub">{item.from ?? t('sender-unknown')} · {item.channel.name}</p>
              </div>
              <span className="pill pill--error">{reason(item.reason)}</span>
            </div>
            <p className="channel__health">
              <span>{t('received-at', { time: format.full(item.received_at) })}</span>
              <span>{format.size(item.size)}</span>
              <span>{t('attempts', { count: item.attempts })}</span>
            </p>
            <div className="channel__acts">
              <Button size="small" kind="primary" onPress={() => void release(item)}>{t('release')}</Button>
              <Button size="small" onPress={() => void window.open(`/api/v1/quarantine/${item.id}/original`, '_blank', 'noopener')}>{t('original')}</Button>
              <Button size="small" onPress={() => setDiscarding(item)}>{t('discard')}</Button>
            </div>
          </section>
        ))}
      </Listing>
      <Confirm
        title={t('discard-message')} text={t('discard-text')} act={t('discard-message')} isOpen={discarding !== null} onClose={() => setDiscarding(null)}
        onConfirm={() => act(() => api.delete(`quarantine/${discarding!.id}`))}
      />
    </>
  )
}
