import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from '../api/client'
import { sessionQuery } from '../features/session/queries'

let onExpired: () => void = () => {}
export function whenSessionExpires(run: () => void) {
  onExpired = run
}

/** Any answer of 401 while signed in means that the session is over. */
export function noticeExpiry(error: unknown) {
  if (!(error instanceof ApiError) || error.status !== 401) return
  if (!queryClient.getQueryData(sessionQuery.queryKey)) return
  queryClient.setQueryData(sessionQuery.queryKey, null)
  onExpired()
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeExpiry }),
  mutationCache: new MutationCache({ onError: noticeExpiry }),
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      // The live socket says what changed; coming back to the tab is no news.
      refetchOnWindowFocus: false,
      retry: (count, error) => error instanceof ApiError && (error.offline || error.status >= 500) && count < 2,
    },
  },
})
