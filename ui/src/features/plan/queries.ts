import { queryOptions } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Page, PlannedEvent, Proposal, TrackingPlan, WriteEvent } from '../../api/types'

export const planQuery = queryOptions({
  queryKey: ['tracking-plan'],
  queryFn: ({ signal }) => api.get<TrackingPlan>('tracking-plan', undefined, signal),
})

export const proposalsQuery = queryOptions({
  queryKey: ['tracking-plan', 'proposals'],
  queryFn: async ({ signal }) => (await api.get<Page<Proposal>>('tracking-plan/proposals', undefined, signal)).items,
  gcTime: 0,
})

/** An event as it is written. */
export const written = ({ kind, name, description, status, mode, schema }: PlannedEvent): WriteEvent => ({
  kind: kind as WriteEvent['kind'], name, description, status, mode, schema,
})
