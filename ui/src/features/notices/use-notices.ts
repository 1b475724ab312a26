import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { api } from '../../api/client'
import type { Conversation, Page } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { setTitleCount } from '../../ui/page-title'
import { fetchByIds, usersQuery } from '../inbox/queries'
import { subjectOf } from '../inbox/subject'
import { readAgain } from '../live/read-again'
import { onLiveMessage } from '../live/store'
import { personName } from '../people/person-name'
import { useMe } from '../session/queries'
import { followCalls, whatNeedsMe, type Call } from './calls'
import { permission, readPreference } from './preference'
import { playSound } from './sound'
import { joinTabs } from './tabs'

export const needsMeQuery = queryOptions({
  queryKey: ['needs-me'],
  queryFn: async ({ signal }) => {
    const view = async (name: string) => (await api.get<Page<Conversation>>('conversations', { view: name, limit: 200 }, signal)).items
    const [mine, mentioned] = await Promise.all([view('mine'), view('mentions')])
    return whatNeedsMe(mine, mentioned)
  },
  staleTime: Infinity,
  // What was read on another device is no fact.
  refetchOnWindowFocus: 'always',
})

/** Tells whoever looks elsewhere that they are needed: a number in the title, and what they switched on. */
export function useNotices() {
  const client = useQueryClient()
  const me = useMe()
  const count = useQuery(needsMeQuery).data?.length ?? 0
  const show = useShow()

  useEffect(() => setTitleCount(count), [count])
  useEffect(() => () => setTitleCount(0), [])

  useEffect(() => {
    const tabs = joinTabs(me.id)
    const tell = async (call: Call, row: Conversation) => {
      if (!(await tabs.maySpeak())) return
      const { show: wanted, sound } = readPreference(me.id)
      if (wanted && permission() === 'granted') void show.current(call, row)
      if (sound) void playSound().catch(() => undefined)
    }
    const calls = followCalls({
      me: me.id,
      read: async (ids) => (await fetchByIds(ids)).items,
      tell: (call, row) => void tell(call, row),
      counted: (id) => client.getQueryData(needsMeQuery.queryKey)?.includes(id) ?? false,
      recount: () => void readAgain(client, needsMeQuery.queryKey),
    })
    const stopListening = onLiveMessage(calls.receive)
    return () => {
      stopListening()
      calls.stop()
      tabs.leave()
    }
  }, [client, me.id])
}

function useShow() {
  const client = useQueryClient()
  const { t, locale } = useI18n()
  const navigate = useNavigate()
  const show = async (call: Call, row: Conversation) => {
    // The line tells who it was by id alone, and a program has no name here.
    const colleague = call.cause === 'mention' && (await client.ensureQueryData(usersQuery).catch(() => [])).find((user) => user.id === call.by)
    const title = call.cause === 'mention' ? (colleague ? t('notice-mention', { name: colleague.name }) : t('notice-mentioned')) : t('notice-message', { name: personName(t, row.person) })
    const body = call.cause === 'mention' ? subjectOf(t, row) : `${subjectOf(t, row)}\n${row.preview}`
    // One at a time for each conversation: the newest word takes the place of the one before.
    const notice = new Notification(title, { body, lang: locale, tag: `kapocs-${row.id}`, renotify: true } as NotificationOptions)
    notice.onclick = () => {
      window.focus()
      notice.close()
      void navigate({ to: '/inbox/$view/$conversation', params: { view: 'all', conversation: row.id } })
    }
  }
  const latest = useRef(show)
  latest.current = show
  return latest
}
