import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { ArrowDownWideNarrow, ChevronDown, Search, SquarePen, X, Users } from 'lucide-react'
import { Button as AriaButton, Checkbox as AriaCheckbox, Header, Input, MenuSection, SearchField } from 'react-aria-components'
import type { Conversation, Order, Status } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { IconButton } from '../../ui/button'
import { CheckMark } from '../../ui/field'
import { Menu, MenuItem } from '../../ui/menu'
import { can, useMe } from '../session/queries'
import type { SetSelection } from './inbox'
import { viewsQuery, type ListParams } from './queries'
import { markAll, NOTHING, type Selection } from './selection'
import { isCounted, VIEW_ICONS, viewName } from './views'
import { usePageTitle } from '../../ui/page-title'
import { useTyped } from '../../ui/use-typed'

const ORDERS: readonly Order[] = ['newest', 'oldest', 'waiting', 'priority']
const FILTERS: readonly Status[] = ['new', 'open', 'waiting']

interface Props {
  view: string
  params: ListParams
  rows: Conversation[]
  more: boolean
  selection: Selection
  setSelection: SetSelection
  isMain: boolean
  onCompose: () => void
}

export function ListHeader({ view, params, rows, selection, setSelection, isMain, onCompose }: Props) {
  const { t, format } = useI18n()
  const me = useMe()
  const { data: views } = useQuery(viewsQuery)
  const entry = views?.find((one) => one.key === view) ?? { key: view, team: null, count: 0 }
  const Title = isMain ? 'h1' : 'h2'
  const all = rows.length > 0 && selection.marked.size === rows.length
  const name = viewName(t, entry)
  usePageTitle(name, t('inbox'))
  return (
    <header className="list-head">
      <div className="list-head__line">
        <AriaCheckbox
          className="list-head__check" aria-label={t('mark-all')} isSelected={all} isIndeterminate={selection.marked.size > 0 && !all} isDisabled={rows.length === 0}
          onChange={(on) => setSelection(() => (on ? markAll(rows.map((row) => row.id)) : NOTHING))}
        >
          {({ isSelected, isIndeterminate }) => <CheckMark state={isIndeterminate ? 'some' : isSelected ? 'on' : 'off'} />}
        </AriaCheckbox>
        <Title className="list-head__title">{name}</Title>
        <ViewMenu view={view} name={name} />
        {entry.count > 0 && isCounted(view) && <span className="list-head__count tabular" aria-hidden="true">{format.number(entry.count)}</span>}
        <span className="list-head__gap" />
        <OrderMenu params={params} />
        {can(me).answer && <span className="list-head__compose"><IconButton label={t('new-conversation')} shortcut="C" icon={<SquarePen size={17} aria-hidden="true" />} onPress={onCompose} /></span>}
      </div>
      <ListSearch query={params.query ?? ''} />
      <Filters params={params} />
    </header>
  )
}

/** Where there is no room for the column of views, it is a menu under the name. */
function ViewMenu({ view, name }: { view: string; name: string }) {
  const { t, format } = useI18n()
  const navigate = useNavigate()
  const { data: views } = useQuery(viewsQuery)
  const trigger = <AriaButton className="list-head__views" aria-label={t('choose-view', { name })}><ChevronDown size={18} aria-hidden="true" /></AriaButton>
  return (
    <Menu trigger={trigger} label={t('views')} placement="bottom start" selectionMode="single" selectedKeys={[view]}
      onAction={(key) => void navigate({ to: '/inbox/$view', params: { view: String(key) }, search: {} })}>
      {(views ?? []).map((entry) => {
        const Icon = VIEW_ICONS[entry.key] ?? Users
        return <MenuItem key={entry.key} id={entry.key} icon={<Icon size={16} />} description={entry.count ? format.number(entry.count) : undefined}>{viewName(t, entry)}</MenuItem>
      })}
    </Menu>
  )
}

function OrderMenu({ params }: { params: ListParams }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const set = (change: object) => void navigate({ to: '.', search: (old) => ({ ...old, ...change }) as never, replace: true })
  const trigger = <IconButton label={t('order-and-filter')} icon={<ArrowDownWideNarrow size={17} aria-hidden="true" />} />
  return (
    <Menu trigger={trigger} label={t('order-and-filter')}>
      <MenuSection selectionMode="single" disallowEmptySelection selectedKeys={[params.order]} onSelectionChange={(keys) => {
        const order = [...keys][0] as Order
        set({ order: order === 'newest' ? undefined : order })
      }}>
        <Header className="menu__header">{t('order')}</Header>
        {ORDERS.map((order) => <MenuItem key={order} id={order}>{t(`order-${order}`)}</MenuItem>)}
      </MenuSection>
      <MenuSection selectionMode="single" selectedKeys={params.status ? [params.status] : []} onSelectionChange={(keys) => set({ status: [...keys][0] })}>
        <Header className="menu__header">{t('status')}</Header>
        {FILTERS.map((status) => <MenuItem key={status} id={status}>{t(`status-${status}`)}</MenuItem>)}
      </MenuSection>
    </Menu>
  )
}

function ListSearch({ query }: { query: string }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const [text, change] = useTyped(query, (words) => void navigate({ to: '.', search: (old) => ({ ...old, query: words || undefined }) as never, replace: true }))
  return (
    <SearchField className="list-search" aria-label={t('search-list')} value={text} onChange={change} onSubmit={() => document.querySelector<HTMLElement>('.list__scroll')?.focus()}>
      <Search size={15} aria-hidden="true" />
      <Input id="list-search" placeholder={t('search')} />
      {text && <AriaButton className="list-search__clear" aria-label={t('clear-search')}><X size={14} aria-hidden="true" /></AriaButton>}
    </SearchField>
  )
}

function Filters({ params }: { params: ListParams }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const clear = (name: string) => void navigate({ to: '.', search: (old) => ({ ...old, [name]: undefined }) as never, replace: true })
  if (!params.status && params.order === 'newest') return null
  return (
    <div className="list-filters">
      {params.status && <FilterChip text={t('filter-status', { status: t(`status-${params.status}`) })} onClear={() => clear('status')} />}
      {params.order !== 'newest' && <FilterChip text={t('filter-order', { order: t(`order-${params.order}`) })} onClear={() => clear('order')} />}
    </div>
  )
}

function FilterChip({ text, onClear }: { text: string; onClear: () => void }) {
  const { t } = useI18n()
  return (
    <span className="filter-chip">
      {text}
      <AriaButton className="filter-chip__clear" aria-label={t('remove-filter', { filter: text })} onPress={onClear}><X size={13} aria-hidden="true" /></AriaButton>
    </span>
  )
}
