import { useSyncExternalStore } from 'react'

/** Of this browser, as its permission is. */
export interface NoticePreference { show: boolean; sound: boolean }
export type Permission = NotificationPermission | 'impossible'

const NONE: NoticePreference = { show: false, sound: false }
const storageKey = (user: string) => `kapocs.notices.${user}`
const listeners = new Set<() => void>()

export function readPreference(user: string): NoticePreference {
  try {
    const { show, sound } = JSON.parse(localStorage.getItem(storageKey(user)) ?? '{}') as Partial<NoticePreference>
    return { show: show === true, sound: sound === true }
  } catch {
    return NONE
  }
}

export function writePreference(user: string, change: Partial<NoticePreference>) {
  localStorage.setItem(storageKey(user), JSON.stringify({ ...readPreference(user), ...change }))
  listeners.forEach((listener) => listener())
}

/** Browsers notify only from pages that came over an encrypted line. */
export const permission = (): Permission => ('Notification' in window && window.isSecureContext ? Notification.permission : 'impossible')

export async function askPermission(): Promise<Permission> {
  if (permission() !== 'default') return permission()
  return await Notification.requestPermission()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  // Another tab may have changed it, and the browser's own page of permissions too.
  for (const name of ['storage', 'focus'] as const) window.addEventListener(name, listener)
  return () => {
    listeners.delete(listener)
    for (const name of ['storage', 'focus'] as const) window.removeEventListener(name, listener)
  }
}

export function useNoticePreference(user: string) {
  const stored = useSyncExternalStore(subscribe, () => localStorage.getItem(storageKey(user)))
  const allowed = useSyncExternalStore(subscribe, permission)
  return { ...(stored ? readPreference(user) : NONE), allowed }
}
