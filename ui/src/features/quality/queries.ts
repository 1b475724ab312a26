import { queryOptions } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Page, Quality, QualitySample, RefusedCall, Replay, Series, Violation } from '../../api/types'

export const qualityQuery = queryOptions({
  queryKey: ['quality'],
  queryFn: ({ signal }) => api.get<Quality>('collection/quality', undefined, signal),
  refetchInterval: 15_000,
})

/** A call behind a number; of one that waits, with what is not as planned. */
export type Sample = Omit<QualitySample, 'day'> & { violations?: Violation[] }

/** What waits is there whole; of everything else a few calls of each day. */
export const samplesQuery = ({ measure, subject, property, rule }: Series) => queryOptions({
  queryKey: ['quality', 'samples', measure, subject, property, rule],
  queryFn: async ({ signal }): Promise<Sample[]> => {
    if (measure !== 'set_aside') return fewOf({ measure, subject, property, rule }, signal)
    const [kind, ...event] = subject.split(':')
    const found = await api.get<Page<RefusedCall>>('collection/waiting', { kind, event: event.join(':'), limit: 100 }, signal)
    return found.items.map(({ id, received_at, body, violations }) => ({ id, received_at, person: null, call: body, violations }))
  },
})

const fewOf = async (of: Pick<Series, 'measure' | 'subject' | 'property' | 'rule'>, signal: AbortSignal) => (await api.get<Page<QualitySample>>('collection/quality/samples', of, signal)).items

/** Works calls that wait, a portion after the other. */
export async function replayAll(kind: string, event: string): Promise<Omit<Replay, 'next'>> {
  let [worked, refused, kept] = [0, 0, 0]
  let after: string | null = null
  do {
    const done: Replay = await api.post<Replay>('collection/replays', { kind, event, after })
    worked += done.worked
    refused += done.refused
    kept += done.kept
    after = done.next
  } while (after)
  return { worked, refused, kept }
}
