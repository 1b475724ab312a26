import { useSyncExternalStore } from 'react'

/** The usual key → the one a person moved it to; '' = it does nothing. */
export type Bindings = Record<string, string>

let own: Bindings = {}
const listeners = new Set<() => void>()

export function setBindings(next: Bindings) {
  own = next
  listeners.forEach((listener) => listener())
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** What to press for a usual key; '' when it was turned off. */
export const keyOf = (usual: string, bindings: Bindings = own) => bindings[usual] ?? usual

export const useKeyOf = (usual: string) => useSyncExternalStore(subscribe, () => keyOf(usual))

/** The usual key a press stands for; null when the key was given away. */
export function usualOf(pressed: string, bindings: Bindings = own): string | null {
  const moved = Object.entries(bindings).find(([, to]) => to === pressed)
  if (moved) return moved[0]
  return pressed in bindings ? null : pressed
}
