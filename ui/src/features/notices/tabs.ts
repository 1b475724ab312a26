// Several tabs of one browser: one of them speaks, and none while any of them is looked at. The browser keeps the
// locks and frees them with their tab, however it ends.

export interface Tabs { maySpeak: () => Promise<boolean>; leave: () => void }

export const inFront = () => document.hasFocus() && !document.hidden

const EVENTS = ['focus', 'blur'] as const

export function joinTabs(user: string): Tabs {
  // Without locks (an address without encryption) each tab speaks for itself.
  if (!('locks' in navigator)) return { maySpeak: () => Promise.resolve(!inFront()), leave: () => undefined }
  const { locks } = navigator
  const [speaker, front] = [`kapocs.speaker.${user}`, `kapocs.front.${user}`]
  const gone = new AbortController()
  const untilGone = new Promise<void>((resolve) => gone.signal.addEventListener('abort', () => resolve()))
  let speaks = false
  void locks.request(speaker, { signal: gone.signal }, () => {
    speaks = true
    return untilGone
  }).catch(() => undefined)

  let stepBack: (() => void) | null = null
  const look = () => {
    if (inFront() === (stepBack !== null)) return
    stepBack?.()
    stepBack = null
    if (!inFront()) return
    const left = new Promise<void>((resolve) => { stepBack = resolve })
    void locks.request(front, { mode: 'shared' }, () => left)
  }
  look()
  for (const name of EVENTS) window.addEventListener(name, look)
  document.addEventListener('visibilitychange', look)

  return {
    maySpeak: async () => speaks && !inFront() && !(await locks.query()).held?.some((lock) => lock.name === front),
    leave: () => {
      gone.abort()
      stepBack?.()
      for (const name of EVENTS) window.removeEventListener(name, look)
      document.removeEventListener('visibilitychange', look)
    },
  }
}
