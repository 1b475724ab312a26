import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Audience, AudienceMember, AudiencePreview, Json, Membership, Page, Person } from '../../api/types'
import type { Condition } from './condition'

const FILLING_MS = 1_500
/** Entering and leaving is told to nobody's screen: there would be too much of it. */
const MEMBERS_MS = 15_000

export const audiencesQuery = queryOptions({
  queryKey: ['audiences'],
  queryFn: async ({ signal }) => (await api.get<Page<Audience>>('audiences', undefined, signal)).items,
})

/** The same list, whose numbers are followed. */
export const audiencesFollowed = queryOptions({
  ...audiencesQuery,
  refetchInterval: ({ state }) => (state.data?.some(({ filling }) => filling) ? FILLING_MS : MEMBERS_MS),
})

export const audienceQuery = (id: string) => queryOptions({
  queryKey: ['audience', id],
  queryFn: ({ signal }) => api.get<Audience>(`audiences/${id}`, undefined, signal),
  refetchInterval: ({ state }) => (state.data?.filling ? FILLING_MS : state.data?.live ? MEMBERS_MS : false),
})

export const membersQuery = (id: string) => infiniteQueryOptions({
  queryKey: ['audience', id, 'members'],
  queryFn: ({ pageParam, signal }) => api.get<Page<AudienceMember>>(`audiences/${id}/members`, { limit: 20, after: pageParam }, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next,
})

/** What a condition is tried by: its JSON or its text. */
export type Asked = { condition: Condition } | { text: string }

/** The question is the key, so the answer to an older one can never be shown for a newer. */
export const previewQuery = (asked: string) => queryOptions({
  queryKey: ['audience-preview', asked],
  queryFn: ({ signal }) => api.post<AudiencePreview>('audience-previews', JSON.parse(asked) as Asked, undefined, signal),
  staleTime: 0,
  gcTime: 0,
})

export interface Explanation {
  text: string; holds: boolean; changes_at: string | null; complete: boolean; parts?: Explanation[]
  because: {
    parts?: { holding: number }; attribute?: { value: Json }; count?: { found: number; or_more: boolean; latest: string[] }
    measure?: { value: Json; latest: string[] }; sequence?: { reached: string[] }; member?: { is_member: boolean }
  }
}

export const whyQuery = (audience: string, person: string) => queryOptions({
  queryKey: ['audience', audience, 'why', person],
  queryFn: ({ signal }) => api.get<Explanation>(`audiences/${audience}/people/${person}`, undefined, signal),
  staleTime: 0,
})

export const membershipsQuery = (person: string) => queryOptions({
  queryKey: ['person', person, 'audiences'],
  queryFn: async ({ signal }) => (await api.get<Page<Membership>>(`people/${person}/audiences`, undefined, signal)).items,
})

interface SeenCall { kind: string; name: string | null; body: { properties?: Record<string, Json> } }

/** The newest people and calls: what names of values and events are offered from. */
export const seenQuery = queryOptions({
  queryKey: ['audience-seen'],
  queryFn: async ({ signal }) => {
    const [people, calls] = await Promise.all([
      api.get<Page<Person>>('people', { limit: 100 }, signal), api.get<SeenCall[]>('collection/recent', undefined, signal).catch(() => []),
    ])
    return { people: people.items, calls }
  },
  staleTime: 300_000,
})
