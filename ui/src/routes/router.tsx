import {
  createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect, useNavigate,
} from '@tanstack/react-router'
import type { Order, Status } from '../api/types'
import { Setup } from '../features/session/setup'
import { sessionQuery, setupQuery } from '../features/session/queries'
import { SignIn } from '../features/session/sign-in'
import { NotFound, RouteFailure } from '../features/shell/failure'
import { Shell } from '../features/shell/shell'
import { queryClient, whenSessionExpires } from './query-client'

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((entry) => entry === value)
}

const ORDERS: readonly Order[] = ['newest', 'oldest', 'waiting', 'priority']
const STATUSES: readonly Status[] = ['new', 'open', 'waiting', 'snoozed', 'closed']

const rootRoute = createRootRoute({ component: Outlet, errorComponent: RouteFailure, notFoundComponent: NotFound })

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search): { next?: string; expired?: boolean } => ({
    // Only a path of our own: an address from outside must not steer where sign-in leads.
    next: /^\/(?![/\\])/.test(String(search.next ?? '')) ? String(search.next) : undefined,
    expired: search.expired === true ? true : undefined,
  }),
  beforeLoad: async () => {
    if ((await queryClient.ensureQueryData(setupQuery)).needed) throw redirect({ to: '/setup' })
    if (await queryClient.ensureQueryData(sessionQuery)) throw redirect({ to: '/' })
  },
  component: function SignInPage() {
    const { next, expired } = signInRoute.useSearch()
    return <SignIn expired={expired === true} onSignedIn={() => void router.history.push(next ?? '/')} />
  },
})

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  beforeLoad: async () => {
    if (!(await queryClient.ensureQueryData(setupQuery)).needed) throw redirect({ to: '/' })
  },
  component: function SetupPage() {
    const navigate = useNavigate()
    return <Setup onDone={() => void navigate({ to: '/' })} />
  },
})

const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: async ({ location }) => {
    if (await queryClient.ensureQueryData(sessionQuery)) return
    if ((await queryClient.ensureQueryData(setupQuery)).needed) throw redirect({ to: '/setup' })
    throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } })
  },
  component: Shell,
})

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/inbox/$view', params: { view: 'mine' } })
  },
})

export interface InboxSearch { query?: string; status?: Status; order?: Order; panel?: 'on' | 'off' }

const inboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/inbox/$view',
  validateSearch: (search): InboxSearch => ({
    query: text(search.query),
    status: oneOf(search.status, STATUSES),
    order: oneOf(search.order, ORDERS),
    panel: oneOf(search.panel, ['on', 'off'] as const),
  }),
  component: lazyRouteComponent(() => import('../features/inbox/inbox'), 'Inbox'),
})

const conversationRoute = createRoute({ getParentRoute: () => inboxRoute, path: '/$conversation' })

const customersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/customers',
  validateSearch: (search): { query?: string } => ({ query: text(search.query) }),
  component: lazyRouteComponent(() => import('../features/people/customers'), 'Customers'),
})

const customerRoute = createRoute({
  getParentRoute: () => customersRoute,
  path: '/$person',
  validateSearch: (search): { tab?: 'conversations' | 'identities' } => ({ tab: oneOf(search.tab, ['conversations', 'identities'] as const) }),
})

const audiencesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/audiences',
  component: lazyRouteComponent(() => import('../features/audiences/audiences'), 'Audiences'),
})

const audienceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/audiences/$audience',
  validateSearch: (search): { person?: string } => ({ person: text(search.person) }),
  component: lazyRouteComponent(() => import('../features/audiences/audience-page'), 'AudiencePage'),
})

const importsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/imports',
  component: lazyRouteComponent(() => import('../features/imports/imports'), 'Imports'),
})

const importRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/imports/$import',
  component: lazyRouteComponent(() => import('../features/imports/import-page'), 'ImportPage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings/{-$section}',
  validateSearch: (search): { find?: string; item?: string; action?: string } => ({
    find: text(search.find), item: text(search.item), action: text(search.action),
  }),
  component: lazyRouteComponent(() => import('../features/settings/settings'), 'Settings'),
})

const routeTree = rootRoute.addChildren([
  signInRoute,
  setupRoute,
  shellRoute.addChildren([
    homeRoute,
    inboxRoute.addChildren([conversationRoute]),
    customersRoute.addChildren([customerRoute]),
    audiencesRoute,
    audienceRoute,
    importsRoute,
    importRoute,
    settingsRoute,
  ]),
])

export const router = createRouter({ routeTree, defaultPreload: 'intent', defaultPendingMs: 300, scrollRestoration: false })

whenSessionExpires(() => {
  void router.navigate({ to: '/sign-in', search: { next: router.state.location.href, expired: true } })
})

declare module '@tanstack/react-router' {
  interface Register { router: typeof router }
}
