import { useId, useLayoutEffect, useSyncExternalStore } from 'react'

/** Something a person can do right now: listed in the palette, run by its key. */
export interface Command {
  id: string
  label: string
  group: 'action' | 'place' | 'setting'
  /** "E", "Shift+E", "Mod+K", "G I". The first is shown. */
  keys?: string[]
  run: () => void
  /** Works by key only: its place in the palette would be noise. */
  unlisted?: boolean
}

let layers: [string, Command[]][] = []
const listeners = new Set<() => void>()

function setLayer(id: string, commands: Command[] | null) {
  layers = layers.filter(([other]) => other !== id)
  if (commands) layers = [...layers, [id, commands]]
  listeners.forEach((listener) => listener())
}

/** Offers commands for as long as the component is on the screen. */
export function useCommands(commands: Command[]) {
  const id = useId()
  // Before it is painted: what can be seen can be used.
  useLayoutEffect(() => setLayer(id, commands))
  useLayoutEffect(() => () => setLayer(id, null), [id])
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useAllCommands() {
  return useSyncExternalStore(subscribe, () => layers).flatMap(([, commands]) => commands)
}

export function findByKey(keys: string) {
  for (const [, commands] of [...layers].reverse()) {
    const found = commands.find((command) => command.keys?.includes(keys))
    if (found) return found
  }
  return null
}
