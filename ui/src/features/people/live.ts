import type { QueryClient } from '@tanstack/react-query'
import type { LiveServerMessage } from '../../api/types'
import { readAgain } from '../live/read-again'

/** A fact about a person makes what is shown of that person old, and nothing else. */
export function followPeople(client: QueryClient) {
  return (message: LiveServerMessage) => {
    if (message.type === 'reset') for (const queryKey of [['person'], ['people'], ['timeline']]) void readAgain(client, queryKey)
    if (message.type !== 'fact' || !message.person) return
    void readAgain(client, ['person', message.person])
    void readAgain(client, ['timeline', message.person])
    if (message.name.startsWith('person.')) void readAgain(client, ['people'])
  }
}
