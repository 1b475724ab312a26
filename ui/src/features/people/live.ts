import type { QueryClient } from '@tanstack/react-query'
import type { LiveServerMessage } from '../../api/types'
import { readAgain } from '../live/read-again'

/** A fact about a person makes what is shown of that person old, and nothing else. */
export function followPeople(client: QueryClient) {
  return (message: LiveServerMessage) => {
    if (message.type === 'reset') for (const queryKey of [['person'], ['people'], ['timeline']]) void readAgain(client, queryKey)
    if (message.type !== 'fact' || !message.person) return
    // A merge and a separation touch everybody who was part of it.
    const { survivor, merged, from } = message.payload
    const touched = [message.person, survivor, merged, ...(Array.isArray(from) ? from : [])].filter((id) => typeof id === 'string')
    for (const id of new Set(touched)) {
      void readAgain(client, ['person', id])
      void readAgain(client, ['timeline', id])
    }
    if (message.name === 'person.merged' || message.name === 'person.separated') for (const queryKey of [['conversation'], ['conversations']]) void readAgain(client, queryKey)
    if (message.name.startsWith('person.')) void readAgain(client, ['people'])
  }
}
