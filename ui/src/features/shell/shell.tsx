import { useQuery } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useI18n } from '../../i18n/context'
import { Toasts } from '../../ui/toast'
import { setBindings } from '../../ui/key-bindings'
import { useKeyboard } from '../commands/keyboard'
import { Palette } from '../commands/palette'
import { ShortcutList } from '../commands/shortcut-list'
import { useCommands } from '../commands/store'
import { undoLast } from '../commands/undo'
import { useOutbox } from '../inbox/use-outbox'
import { ConnectionBar } from '../live/connection-bar'
import { StorageBar } from '../live/storage-bar'
import { useLive } from '../live/use-live'
import { useNotices } from '../notices/use-notices'
import { applyDensity, applyTheme } from '../session/appearance'
import { can, sessionQuery, useMe } from '../session/queries'
import { sectionsFor } from '../settings/sections'
import { Rail } from './rail'
import './shell.css'

/** Empty for the moment between the end of a session and the sign-in page. */
export function Shell() {
  const { data: me } = useQuery(sessionQuery)
  return me ? <SignedIn /> : null
}

function SignedIn() {
  const me = useMe()
  const { t, setLocale, setTimeZone } = useI18n()
  const [palette, setPalette] = useState(false)
  const [shortcuts, setShortcuts] = useState(false)

  useEffect(() => setLocale(me.locale), [me.locale])
  useEffect(() => setTimeZone(me.time_zone), [me.time_zone])
  useEffect(() => applyTheme(me.theme), [me.theme])
  useEffect(() => applyDensity(me.density), [me.density])
  useEffect(() => setBindings(me.shortcuts), [me.shortcuts])
  useKeyboard(me.single_keys)
  useLive()
  useOutbox()
  useNotices()
  usePlaces({ openPalette: () => setPalette(true), openShortcuts: () => setShortcuts(true) })

  return (
    <div className="shell">
      <a className="skip-link" href="#main">{t('skip-to-content')}</a>
      <Rail onShortcuts={() => setShortcuts(true)} onPalette={() => setPalette(true)} />
      <div className="shell__body">
        <ConnectionBar />
        <StorageBar />
        <Outlet />
      </div>
      <Toasts label={t('notices')} closeLabel={t('close-notice')} />
      <Palette isOpen={palette} onClose={() => setPalette(false)} />
      <ShortcutList isOpen={shortcuts} onClose={() => setShortcuts(false)} />
    </div>
  )
}

function usePlaces({ openPalette, openShortcuts }: { openPalette: () => void; openShortcuts: () => void }) {
  const { t } = useI18n()
  const me = useMe()
  const navigate = useNavigate()
  const settings = sectionsFor(me).map(({ id }) => ({
    id: `settings-${id}`, label: t(`settings-${id}`), group: 'setting' as const,
    run: () => void navigate({ to: '/settings/{-$section}', params: { section: id } }),
  }))
  useCommands([
    { id: 'palette', label: t('palette'), group: 'action', keys: ['Mod+K'], run: openPalette, unlisted: true },
    { id: 'shortcuts', label: t('shortcuts'), group: 'place', keys: ['?'], run: openShortcuts },
    { id: 'undo', label: t('undo-last'), group: 'action', keys: ['Z', 'Mod+Z'], run: () => void undoLast() },
    { id: 'go-inbox', label: t('go-inbox'), group: 'place', keys: ['G I'], run: () => void navigate({ to: '/inbox/$view', params: { view: 'mine' } }) },
    { id: 'go-customers', label: t('go-customers'), group: 'place', keys: ['G C'], run: () => void navigate({ to: '/customers' }) },
    { id: 'go-audiences', label: t('go-audiences'), group: 'place', keys: ['G S'], run: () => void navigate({ to: '/audiences' }) },
    ...(can(me).importPeople ? [{ id: 'go-imports', label: t('go-imports'), group: 'place' as const, run: () => void navigate({ to: '/imports' }) }] : []),
    { id: 'go-settings', label: t('go-settings'), group: 'place', run: () => void navigate({ to: '/settings/{-$section}', params: {} }) },
    ...settings,
  ])
}
