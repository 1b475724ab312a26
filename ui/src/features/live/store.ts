import { useEffect, useSyncExternalStore } from 'react'
import type { LiveServerMessage, Presence, PresenceState } from '../../api/types'
import { LiveSocket, type LiveStatus } from './socket'

type Listener = (message: LiveServerMessage) => void

let status: LiveStatus = 'connecting'
let socket: LiveSocket | null = null
let presence: Record<string, Presence[]> = {}
let typing: Record<string, boolean> = {}
let readOnly = false
const changed = new Set<() => void>()
const messages = new Set<Listener>()

const emit = () => changed.forEach((listener) => listener())
const subscribe = (listener: () => void) => {
  changed.add(listener)
  return () => changed.delete(listener)
}

function receive(message: LiveServerMessage) {
  if (message.type === 'presence') presence = { ...presence, [message.conversation]: message.people }
  if (message.type === 'typing') typing = { ...typing, [message.conversation]: message.on }
  if (message.type === 'storage') readOnly = message.read_only
  if (message.type === 'presence' || message.type === 'typing' || message.type === 'storage') emit()
  messages.forEach((listener) => listener(message))
}

export function startLive() {
  const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/live`
  socket = new LiveSocket(url, {
    message: receive,
    status: (next) => {
      status = next
      // Who looks on cannot be known without a line; the server tells again after it.
      if (next === 'lost') presence = typing = {} as never
      emit()
    },
  })
  socket.open()
  return () => {
    socket?.close()
    socket = null
  }
}

export function onLiveMessage(listener: Listener) {
  messages.add(listener)
  return () => {
    messages.delete(listener)
  }
}

export function useLiveStatus() {
  return useSyncExternalStore(subscribe, () => status)
}

/** The server's disk is nearly full: everything can be read, nothing can be written. */
export function useReadOnly() {
  return useSyncExternalStore(subscribe, () => readOnly)
}

const NOBODY: Presence[] = []
export function usePresence(conversation: string): Presence[] {
  return useSyncExternalStore(subscribe, () => presence[conversation] ?? NOBODY)
}

export function seedPresence(conversation: string, people: Presence[]) {
  if (presence[conversation]) return
  presence = { ...presence, [conversation]: people }
  emit()
}

export function useTyping(conversation: string) {
  return useSyncExternalStore(subscribe, () => typing[conversation] ?? false)
}

/** The server forgets presence after 30 s; half of that keeps it alive. */
const REPEAT = 15_000

export function useAnnouncePresence(conversation: string, state: PresenceState) {
  const line = useLiveStatus()
  useEffect(() => {
    if (line !== 'open') return
    const say = () => socket?.presence(conversation, document.hidden ? 'none' : state)
    say()
    const timer = setInterval(say, REPEAT)
    document.addEventListener('visibilitychange', say)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', say)
    }
  }, [conversation, state, line])
  useEffect(() => () => socket?.presence(conversation, 'none'), [conversation])
}
