import { Activity, Cable, ChartColumn, ClipboardCheck, ClipboardList, Hammer, KeyRound, Monitor, ShieldAlert, Tag, UserCog, Users, UsersRound, Building2, Lock, type LucideIcon } from 'lucide-react'
import type { Me } from '../../api/types'
import { can } from '../session/queries'

export const SECTIONS = [
  'me', 'security', 'sessions', 'workspace', 'channels', 'teams', 'users', 'tags', 'keys', 'events', 'quality', 'plan', 'audit', 'quarantine', 'jobs',
] as const
export type SectionId = (typeof SECTIONS)[number]

interface Section { id: SectionId; group: 'me' | 'workspace'; icon: LucideIcon; allowed: (rights: ReturnType<typeof can>) => boolean }

const anyone = () => true
const administers = (rights: ReturnType<typeof can>) => rights.administer

const ALL: Section[] = [
  { id: 'me', group: 'me', icon: UserCog, allowed: anyone },
  { id: 'security', group: 'me', icon: Lock, allowed: anyone },
  { id: 'sessions', group: 'me', icon: Monitor, allowed: anyone },
  { id: 'workspace', group: 'workspace', icon: Building2, allowed: administers },
  { id: 'channels', group: 'workspace', icon: Cable, allowed: administers },
  { id: 'teams', group: 'workspace', icon: UsersRound, allowed: administers },
  { id: 'users', group: 'workspace', icon: Users, allowed: administers },
  { id: 'tags', group: 'workspace', icon: Tag, allowed: (rights) => rights.manageTags },
  { id: 'keys', group: 'workspace', icon: KeyRound, allowed: administers },
  { id: 'events', group: 'workspace', icon: Activity, allowed: (rights) => rights.watchEvents },
  { id: 'quality', group: 'workspace', icon: ChartColumn, allowed: (rights) => rights.watchEvents },
  { id: 'plan', group: 'workspace', icon: ClipboardCheck, allowed: administers },
  { id: 'audit', group: 'workspace', icon: ClipboardList, allowed: administers },
  { id: 'quarantine', group: 'workspace', icon: ShieldAlert, allowed: (rights) => rights.manageQuarantine },
  { id: 'jobs', group: 'workspace', icon: Hammer, allowed: administers },
]

/** What the role cannot use is absent. */
export const sectionsFor = (me: Me) => ALL.filter((section) => section.allowed(can(me)))
