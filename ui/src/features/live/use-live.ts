import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { followAudiences } from '../audiences/live'
import { followImports } from '../imports/queries'
import { followInbox } from '../inbox/live'
import { followPeople } from '../people/live'
import { onLiveMessage, startLive } from './store'

/** Opens the live line and lets each feature patch its own part of the cache. */
export function useLive() {
  const client = useQueryClient()
  useEffect(() => {
    const inbox = followInbox(client)
    const people = followPeople(client)
    const audiences = followAudiences(client)
    const imports = followImports(client)
    const stopListening = onLiveMessage((message) => {
      inbox.receive(message)
      people(message)
      audiences(message)
      imports(message)
    })
    const stop = startLive()
    return () => {
      stopListening()
      inbox.stop()
      stop()
    }
  }, [client])
}
