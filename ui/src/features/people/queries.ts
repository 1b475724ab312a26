import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Conversation, Page, Person, PersonGraph, TimelineItem } from '../../api/types'

export const personQuery = (id: string) => queryOptions({
  queryKey: ['person', id],
  queryFn: ({ signal }) => api.get<Person>(`people/${id}`, undefined, signal),
})

export const graphQuery = (id: string) => queryOptions({
  queryKey: ['person', id, 'graph'],
  queryFn: ({ signal }) => api.get<PersonGraph>(`people/${id}/graph`, undefined, signal),
})

export const peopleQuery = (query: string) => infiniteQueryOptions({
  queryKey: ['people', { query }],
  queryFn: ({ pageParam, signal }) => api.get<Page<Person>>('people', { query, limit: 100, after: pageParam }, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next,
})

export const timelineQuery = (person: string, name: string | null) => infiniteQueryOptions({
  queryKey: ['timeline', person, name],
  queryFn: ({ pageParam, signal }) => api.get<Page<TimelineItem>>(`people/${person}/timeline`, { name, limit: 50, after: pageParam }, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next,
})

export const personConversationsQuery = (person: string) => queryOptions({
  queryKey: ['person', person, 'conversations'],
  queryFn: async ({ signal }) => (await api.get<Page<Conversation>>(`people/${person}/conversations`, { limit: 50 }, signal)).items,
})
