import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Import, ImportError, ImportPreview, LiveServerMessage, Page } from '../../api/types'
import { readAgain } from '../live/read-again'

const isBusy = (one: Import | undefined) => one?.state === 'checking' || one?.state === 'running'

export const importsQuery = infiniteQueryOptions({
  queryKey: ['imports'],
  queryFn: ({ pageParam, signal }) => api.get<Page<Import>>('imports', { limit: 50, after: pageParam }, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next,
  refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.items.some(isBusy)) ? 3_000 : false),
})

/** Looked at each second while something is under way: its steps are not told live. */
export const importQuery = (id: string) => queryOptions({
  queryKey: ['import', id],
  queryFn: ({ signal }) => api.get<Import>(`imports/${id}`, undefined, signal),
  refetchInterval: ({ state }) => (isBusy(state.data) ? 1_000 : false),
})

export const previewQuery = (id: string) => queryOptions({
  queryKey: ['import', id, 'preview'],
  queryFn: ({ signal }) => api.get<ImportPreview>(`imports/${id}/preview`, undefined, signal),
})

export const errorsQuery = (id: string) => infiniteQueryOptions({
  queryKey: ['import', id, 'errors'],
  queryFn: ({ pageParam, signal }) => api.get<Page<ImportError>>(`imports/${id}/errors`, { limit: 50, after: pageParam }, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next,
})

export function followImports(client: QueryClient) {
  return (message: LiveServerMessage) => {
    if (message.type === 'reset') for (const queryKey of [['imports'], ['import']]) void readAgain(client, queryKey)
    if (message.type !== 'fact' || !message.name.startsWith('import.')) return
    void readAgain(client, ['imports'])
    if (typeof message.payload.import === 'string') void readAgain(client, ['import', message.payload.import])
    // Those who came are not told of one by one.
    if (message.name === 'import.finished') for (const queryKey of [['people'], ['person'], ['timeline']]) void readAgain(client, queryKey)
  }
}
