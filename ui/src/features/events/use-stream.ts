import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api } from '../../api/client'
import type { SeenCall } from '../../api/types'
import { EMPTY, flow, take, type Stream } from './stream'

const EVERY_MS = 1000
/** Now and then everything is read: a server that was started again counts from the beginning. */
const WHOLE = 15

/** Follows the calls of the SDKs. `frozen`: what comes waits. */
export function useStream(paused: boolean, frozen: boolean) {
  const [stream, setStream] = useState<Stream>(EMPTY)
  const last = useRef(0)
  const turn = useRef(0)
  last.current = stream.last
  const query = useQuery({
    queryKey: ['collection-recent'],
    queryFn: ({ signal }) => api.get<SeenCall[]>('collection/recent', { after: turn.current++ % WHOLE ? last.current : 0 }, signal),
    refetchInterval: paused ? false : EVERY_MS,
    structuralSharing: false,
    gcTime: 0,
  })
  const still = frozen || paused
  useEffect(() => {
    if (query.data) setStream((old) => take(old, query.data, still))
  }, [query.data])
  useEffect(() => {
    if (!still) setStream(flow)
  }, [still])
  return { stream, query, moveOn: () => setStream(flow), clear: () => setStream((old) => ({ ...EMPTY, last: old.last })) }
}
