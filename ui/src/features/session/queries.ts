import { queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { api, ApiError } from '../../api/client'
import type { Me } from '../../api/types'

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => api.get<Me | null>('session', undefined, signal),
  staleTime: Infinity,
  retry: (count, error) => error instanceof ApiError && error.offline && count < 3,
})

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => api.get<{ needed: boolean }>('setup', undefined, signal),
  staleTime: Infinity,
})

export function useMe(): Me {
  const me = useSuspenseQuery(sessionQuery).data
  if (!me) throw new Error('a screen for the signed in was shown without a session')
  return me
}

const RANK = { observer: 0, agent: 1, lead: 2, administrator: 3 } as const

/** The server's rules, mirrored so that what a role cannot use is absent. */
export function can(me: Me) {
  const rank = RANK[me.role]
  return { answer: rank >= 1, manageTags: rank >= 2, manageQuarantine: rank >= 2, watchEvents: rank >= 2, export: rank >= 2, manageAudiences: rank >= 2, importPeople: rank >= 2, administer: rank >= 3 }
}

export function useUpdateMe() {
  const client = useQueryClient()
  return async (change: Partial<Pick<Me, 'name' | 'locale' | 'time_zone' | 'theme' | 'density' | 'single_keys' | 'signature' | 'shortcuts' | 'skipped_steps' | 'availability'>>) => {
    const before = client.getQueryData(sessionQuery.queryKey)
    client.setQueryData(sessionQuery.queryKey, (me) => (me ? { ...me, ...change } : me))
    try {
      await api.patch('me', change)
    } catch (error) {
      client.setQueryData(sessionQuery.queryKey, before)
      throw error
    }
  }
}
