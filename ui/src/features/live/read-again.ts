import type { QueryClient, QueryKey } from '@tanstack/react-query'
import { ApiError } from '../../api/client'

/** After a reading that failed; what it was to read stays due. */
export const AGAIN_MS = 1_500

/** A refusal would be one again. */
export function passes(error: unknown) {
  return error instanceof ApiError && (error.offline || error.status >= 500)
}

/** Reads what is shown of something again, until it was read: nobody tells a second time that it changed. */
export async function readAgain(client: QueryClient, queryKey: QueryKey) {
  try {
    await client.invalidateQueries({ queryKey }, { throwOnError: true })
  } catch (error) {
    if (passes(error)) setTimeout(() => void readAgain(client, queryKey), AGAIN_MS)
  }
}
