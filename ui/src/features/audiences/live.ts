import type { QueryClient } from '@tanstack/react-query'
import type { LiveServerMessage } from '../../api/types'
import { readAgain } from '../live/read-again'

/** What is deleted from here: its own page is about to be left, and has nothing to read again. */
export const leaving = new Set<string>()

/** What colleagues do with audiences; who enters and leaves is read now and then. */
export function followAudiences(client: QueryClient) {
  return (message: LiveServerMessage) => {
    if (message.type === 'reset') for (const queryKey of [['audiences'], ['audience']]) void readAgain(client, queryKey)
    if (message.type !== 'fact' || !message.name.startsWith('audience.')) return
    void readAgain(client, ['audiences'])
    if (typeof message.payload.audience === 'string' && !leaving.has(message.payload.audience)) void readAgain(client, ['audience', message.payload.audience])
  }
}
