import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { ChevronLeft, Search } from 'lucide-react'
import { useState } from 'react'
import { Input, SearchField, useFilter } from 'react-aria-components'
import { useI18n } from '../../i18n/context'
import { ONE_PANE, useMedia } from '../../ui/media'
import { LiveEvents } from '../events/events'
import { TrackingPlan } from '../plan/plan'
import { DataQuality } from '../quality/quality'
import { useMe } from '../session/queries'
import { AuditLog } from './audit'
import { Channels } from './channels'
import { FailedJobs } from './jobs'
import { Keys } from './keys'
import { MySettings } from './me'
import { Quarantine } from './quarantine'
import { sectionsFor, type SectionId } from './sections'
import { Security } from './security'
import { Sessions } from './sessions'
import { Tags } from './tags'
import { Teams } from './teams'
import { Users } from './users'
import { WorkspaceSettings } from './workspace'
import '../../ui/side-nav.css'
import '../../ui/table.css'
import '../inbox/list.css'
import './settings.css'
import { usePageTitle } from '../../ui/page-title'

const route = getRouteApi('/shell/settings/{-$section}')

const SCREENS: Record<SectionId, () => React.ReactNode> = {
  me: MySettings, security: Security, sessions: Sessions, workspace: WorkspaceSettings, channels: Channels, teams: Teams, users: Users,
  tags: Tags, keys: Keys, events: LiveEvents, quality: DataQuality, plan: TrackingPlan, audit: AuditLog, quarantine: Quarantine, jobs: FailedJobs,
}

export function Settings() {
  const { t } = useI18n()
  const me = useMe()
  const { section } = route.useParams()
  const onePane = useMedia(ONE_PANE)
  const sections = sectionsFor(me)
  const chosen = sections.find((one) => one.id === section) ?? (onePane ? null : sections[0]!)
  const Screen = chosen && SCREENS[chosen.id]
  usePageTitle(chosen && t(`settings-${chosen.id}`), t('settings'))
  return (
    <div className="screen settings" data-pane={chosen ? 'section' : 'nav'}>
      <div className="settings__side" role={chosen ? undefined : 'main'}><SettingsNav current={chosen?.id ?? null} /></div>
      <main className="settings__main scroll" id="main" tabIndex={-1}>
        {chosen && Screen && (
          <div className="settings__page" key={chosen.id}>
            <Link to="/settings/{-$section}" params={{}} className="back-link"><ChevronLeft size={16} aria-hidden="true" />{t('settings')}</Link>
            <h1 className="settings__title">{t(`settings-${chosen.id}`)}</h1>
            <p className="settings__intro">{t(`settings-${chosen.id}-intro`)}</p>
            <Screen />
          </div>
        )}
        {section && chosen?.id !== section && <p role="alert" className="settings__denied">{t('settings-denied')}</p>}
      </main>
    </div>
  )
}

function SettingsNav({ current }: { current: SectionId | null }) {
  const { t } = useI18n()
  const me = useMe()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const { contains } = useFilter({ sensitivity: 'base' })
  const Heading = current ? 'p' : 'h1'
  const found = sectionsFor(me).filter(({ id }) => contains(`${t(`settings-${id}`)} ${t(`settings-${id}-intro`)} ${t(`settings-${id}-words`)}`, typed))
  return (
    <nav className="settings__nav scroll" aria-label={t('settings')}>
      <Heading className="settings__heading">{t('settings')}</Heading>
      <SearchField className="list-search" aria-label={t('settings-search')} value={typed} onChange={setTyped}
        onSubmit={() => found[0] && void navigate({ to: '/settings/{-$section}', params: { section: found[0].id } })}>
        <Search size={15} aria-hidden="true" />
        <Input placeholder={t('search')} />
      </SearchField>
      {(['me', 'workspace'] as const).map((group) => {
        const entries = found.filter((section) => section.group === group)
        return entries.length > 0 && (
          <section key={group}>
            <h2 className="side-nav__title">{t(`settings-group-${group}`)}</h2>
            <ul>
              {entries.map(({ id, icon: Icon }) => (
                <li key={id}>
                  <Link to="/settings/{-$section}" params={{ section: id }} search={{}} className="side-nav__link" aria-current={current === id ? 'page' : undefined}>
                    <Icon size={16} strokeWidth={1.8} aria-hidden="true" /><span className="side-nav__name">{t(`settings-${id}`)}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        )
      })}
      {found.length === 0 && <p className="picker__empty">{t('nothing-found')}</p>}
    </nav>
  )
}
