import { useQueryClient } from '@tanstack/react-query'
import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import { CircleHelp, Inbox as InboxIcon, LogOut, Search, Settings as SettingsIcon, Target, UserCog, Users, type LucideIcon } from 'lucide-react'
import { Button as AriaButton, Header, MenuSection, Tooltip, TooltipTrigger, Focusable } from 'react-aria-components'
import { api } from '../../api/client'
import type { Availability } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { MessageKey } from '../../i18n/keys.gen'
import { Avatar } from '../../ui/avatar'
import { Keys } from '../../ui/button'
import { Logo } from '../../ui/logo'
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu'
import { sessionQuery, useMe, useUpdateMe } from '../session/queries'

const STATES: readonly Availability[] = ['available', 'busy', 'away']

export function Rail({ onShortcuts, onPalette }: { onShortcuts: () => void; onPalette: () => void }) {
  const { t } = useI18n()
  return (
    <nav className="rail" aria-label={t('navigation')}>
      <div className="rail__logo"><Logo size={26} mono /></div>
      <RailLink to="/inbox/$view" params={{ view: 'mine' }} icon={InboxIcon} name="inbox" shortcut="G I" />
      <RailLink to="/customers" icon={Users} name="customers" shortcut="G C" />
      <RailLink to="/audiences" icon={Target} name="audiences" shortcut="G S" />
      <RailTip label={t('palette')} shortcut="Mod+K">
        <AriaButton className="rail__item" aria-label={t('palette')} onPress={onPalette}>
          <Search size={20} strokeWidth={1.8} aria-hidden="true" />
          <span className="rail__word">{t('search')}</span>
        </AriaButton>
      </RailTip>
      <span className="rail__gap" />
      <RailLink to="/settings/{-$section}" params={{}} icon={SettingsIcon} name="settings" />
      <AccountMenu onShortcuts={onShortcuts} />
    </nav>
  )
}

interface RailLinkProps { to: '/inbox/$view' | '/customers' | '/audiences' | '/settings/{-$section}'; params?: Record<string, string>; icon: LucideIcon; name: MessageKey; shortcut?: string }

function RailLink({ to, params, icon: Icon, name, shortcut }: RailLinkProps) {
  const { t } = useI18n()
  const root = `/${to.split('/')[1]}`
  const here = useLocation({ select: (location) => location.pathname === root || location.pathname.startsWith(`${root}/`) })
  return (
    <RailTip label={t(name)} shortcut={shortcut}>
      <Focusable>
        <Link to={to} params={params as never} className="rail__item" aria-current={here ? 'page' : undefined} activeProps={{}} aria-label={t(name)}>
          <Icon size={20} strokeWidth={1.8} aria-hidden="true" />
          <span className="rail__word">{t(name)}</span>
        </Link>
      </Focusable>
    </RailTip>
  )
}

function RailTip({ label, shortcut, children }: { label: string; shortcut?: string; children: React.ReactNode }) {
  return (
    <TooltipTrigger delay={400} closeDelay={0}>
      {children}
      <Tooltip className="tooltip" placement="right" offset={8}>
        <span>{label}</span>
        {shortcut && <Keys of={shortcut} />}
      </Tooltip>
    </TooltipTrigger>
  )
}

function AccountMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const me = useMe()
  const { t } = useI18n()
  const client = useQueryClient()
  const navigate = useNavigate()
  const update = useUpdateMe()
  const signOut = async () => {
    await api.delete('session')
    // Whatever was read belonged to the one who leaves; drafts stay under their own name.
    client.clear()
    client.setQueryData(sessionQuery.queryKey, null)
    await navigate({ to: '/sign-in' })
  }
  const trigger = (
    <AriaButton className="rail__item rail__account" aria-label={t('account-menu', { name: me.name, state: t(`availability-${me.availability}`) })}>
      <span className="rail__avatar" data-state={me.availability}><Avatar name={me.name} size={28} /></span>
      <span className="rail__word">{t('account')}</span>
    </AriaButton>
  )
  return (
    <Menu trigger={trigger} label={t('account')} placement="right bottom">
      <MenuSection aria-label={t('availability')} selectionMode="single" selectedKeys={[me.availability]}
        onSelectionChange={(keys) => {
          const next = [...keys][0] as Availability | undefined
          if (next) void update({ availability: next })
        }}>
        <Header className="menu__header">{me.name} · {me.email}</Header>
        {STATES.map((state) => (
          <MenuItem key={state} id={state} description={state === 'away' ? t('availability-away-help') : undefined}>{t(`availability-${state}`)}</MenuItem>
        ))}
      </MenuSection>
      <MenuSeparator />
      <MenuItem id="me" icon={<UserCog size={16} />} onAction={() => void navigate({ to: '/settings/{-$section}', params: { section: 'me' } })}>{t('my-settings')}</MenuItem>
      <MenuItem id="keys" icon={<CircleHelp size={16} />} shortcut="?" onAction={onShortcuts}>{t('shortcuts')}</MenuItem>
      <MenuItem id="out" icon={<LogOut size={16} />} onAction={() => void signOut()}>{t('sign-out')}</MenuItem>
    </Menu>
  )
}
