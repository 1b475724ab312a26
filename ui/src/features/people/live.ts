import type { QueryClient } from '@tanstack/react-query'
import type { LiveServerMessage } from '../../api/types'

/** A fact about a person makes what is shown of that person old, and nothing else. */
export function followPeople(client: QueryClient) {
  return (message: LiveServerMessage) => {
    if (message.type === 'reset') void client.invalidateQueries({ queryKey: ['person'] })
    if (message.type !== 'fact' || !message.person) return
    void client.invalidateQueries({ queryKey: ['person', message.person] })
    void client.invalidateQueries({ queryKey: ['timeline', message.person] })
    if (message.name.startsWith('person.')) void client.invalidateQueries({ queryKey: ['people'] })
  }
}
