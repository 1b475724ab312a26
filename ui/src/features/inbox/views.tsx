import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { AlarmClock, AtSign, CircleCheck, CircleUser, Inbox, OctagonX, SquarePen, UserX, Users, type LucideIcon } from 'lucide-react'
import type { View } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { Translate } from '../../i18n/language'
import { Button } from '../../ui/button'
import { Skeleton } from '../../ui/state'
import { can, useMe } from '../session/queries'
import { viewsQuery } from './queries'
import '../../ui/side-nav.css'

export const VIEW_ICONS: Record<string, LucideIcon> = {
  mine: CircleUser, mentions: AtSign, unassigned: UserX, all: Inbox, snoozed: AlarmClock, closed: CircleCheck, spam: OctagonX,
}

export function viewName(t: Translate, view: Pick<View, 'key' | 'team'>) {
  if (view.team) return view.team.name
  return isKnown(view.key) ? t(`view-${view.key}`) : view.key
}

const KNOWN = ['mine', 'mentions', 'unassigned', 'all', 'snoozed', 'closed', 'spam'] as const
const isKnown = (key: string): key is (typeof KNOWN)[number] => KNOWN.some((known) => known === key)

/** What is closed is history, not a task, and spam is not even that. */
export const isCounted = (key: string) => key !== 'closed' && key !== 'spam'

export function ViewList({ view, onCompose }: { view: string; onCompose: () => void }) {
  const { t } = useI18n()
  const me = useMe()
  const { data: views } = useQuery(viewsQuery)
  const teams = views?.filter((entry) => entry.team) ?? []
  return (
    <nav className="views" aria-label={t('views')}>
      <div className="views__head">
        <span className="views__workspace truncate">{me.workspace.name}</span>
      </div>
      {can(me).answer && <Button wide icon={<SquarePen size={15} aria-hidden="true" />} shortcut="C" onPress={onCompose}>{t('new-conversation')}</Button>}
      <ul className="side-nav__list">
        {views?.filter((entry) => !entry.team).map((entry) => <ViewLink key={entry.key} view={entry} current={view === entry.key} />)}
        {!views && Array.from({ length: 7 }, (_, index) => <li key={index} className="side-nav__link"><Skeleton width="70%" /></li>)}
      </ul>
      {teams.length > 0 && (
        <>
          <h2 className="side-nav__title">{t('teams')}</h2>
          <ul className="side-nav__list">{teams.map((entry) => <ViewLink key={entry.key} view={entry} current={view === entry.key} />)}</ul>
        </>
      )}
    </nav>
  )
}

function ViewLink({ view, current }: { view: View; current: boolean }) {
  const { t, format } = useI18n()
  const Icon = VIEW_ICONS[view.key] ?? Users
  return (
    <li>
      <Link to="/inbox/$view" params={{ view: view.key }} search={{}} className="side-nav__link" aria-current={current ? 'page' : undefined}>
        <Icon size={16} strokeWidth={1.8} aria-hidden="true" />
        <span className="side-nav__name">{viewName(t, view)}</span>
        {isCounted(view.key) && view.count > 0 && (
          <span className={`side-nav__count tabular${view.key === 'mentions' ? ' side-nav__count--attention' : ''}`}>
            <span aria-hidden="true">{format.number(view.count)}</span>
            <span className="visually-hidden">{t('view-count', { count: view.count })}</span>
          </span>
        )}
      </Link>
    </li>
  )
}
