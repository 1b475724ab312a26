import { useSyncExternalStore } from 'react'

/** The widths at which panes fold; the same numbers stand in the style sheets. */
export const WIDE = '(min-width: 1440px)'
export const ONE_PANE = '(max-width: 899.98px)'

export function useMedia(query: string) {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query)
      media.addEventListener('change', listener)
      return () => media.removeEventListener('change', listener)
    },
    () => matchMedia(query).matches,
  )
}

/** A number that only this device remembers, such as the width of a pane. */
export function storedNumber(name: string, fallback: number) {
  const value = Number(localStorage.getItem(`kapocs.${name}`))
  return Number.isFinite(value) && value > 0 ? value : fallback
}

export function storeNumber(name: string, value: number) {
  localStorage.setItem(`kapocs.${name}`, String(value))
}
