import { useQuery } from '@tanstack/react-query'
import { Laptop, Smartphone } from 'lucide-react'
import { api } from '../../api/client'
import type { Page, Session } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Listing } from './listing'
import { useAct } from './use-act'

const KEY = ['me', 'sessions']

export function Sessions() {
  const { t, format } = useI18n()
  const act = useAct(KEY)
  const sessions = useQuery({ queryKey: KEY, queryFn: async () => (await api.get<Page<Session>>('me/sessions')).items })
  return (
    <Listing query={sessions} empty={{ icon: Laptop, title: t('no-sessions') }}>
      {(items) => (
        <div className="table-frame">
          <table className="table">
            <caption className="visually-hidden">{t('settings-sessions')}</caption>
            <thead><tr><th scope="col">{t('device')}</th><th scope="col" className="table__wide">{t('signed-in-at')}</th><th scope="col">{t('last-used')}</th><th scope="col"><span className="visually-hidden">{t('actions')}</span></th></tr></thead>
            <tbody>
              {items.map((session) => (
                <tr key={session.id}>
                  <td>
                    <span className="table__name">
                      {/Mobile/.test(session.user_agent) ? <Smartphone size={18} aria-hidden="true" /> : <Laptop size={18} aria-hidden="true" />}
                      <span title={session.user_agent}>{device(session.user_agent)}</span>
                    </span>
                  </td>
                  <td className="table__wide">{format.short(session.created_at)}</td>
                  <td>{session.current ? <span className="pill pill--ok">{t('this-device')}</span> : format.ago(session.last_seen_at)}</td>
                  <td className="table__acts">{!session.current && <Button size="small" onPress={() => void act(() => api.delete(`me/sessions/${session.id}`), t('session-ended'))}>{t('end-session')}</Button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Listing>
  )
}

/** "Chrome · Linux" is enough to know one's own device by. */
function device(agent: string) {
  const browser = /Edg\//.test(agent) ? 'Edge' : /Firefox\//.test(agent) ? 'Firefox' : /Chrome\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : null
  const system = /iPhone|iPad/.test(agent) ? 'iOS' : /Android/.test(agent) ? 'Android' : /Windows/.test(agent) ? 'Windows' : /Mac OS/.test(agent) ? 'macOS' : /Linux/.test(agent) ? 'Linux' : null
  return [browser, system].filter(Boolean).join(' · ') || agent.slice(0, 60)
}
