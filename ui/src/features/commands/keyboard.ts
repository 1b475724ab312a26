import { useEffect } from 'react'
import { usualOf } from '../../ui/key-bindings'
import { findByKey } from './store'

const SEQUENCE_MS = 1200

/**
 * The name of a key press, by the character it produced: layouts that move letters keep their keys.
 * Null where a character is being typed with AltGr or Alt, which make @ # & on Hungarian keyboards.
 */
export function keyName(event: KeyboardEvent): string | null {
  if (event.altKey || event.getModifierState?.('AltGraph')) return null
  const mod = event.ctrlKey || event.metaKey
  const letter = event.key.length === 1
  const key = letter ? event.key.toUpperCase() : event.key
  // A symbol already contains its Shift, where it has one.
  const isSymbol = letter && event.key.toLowerCase() === event.key.toUpperCase()
  return `${mod ? 'Mod+' : ''}${event.shiftKey && !isSymbol ? 'Shift+' : ''}${key}`
}

export function isTyping(target: EventTarget | null) {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox]):not([type=radio])')
}

const somethingIsOpen = () => document.querySelector('.scrim, .popover') !== null

export function useKeyboard(singleKeys: boolean) {
  useEffect(() => {
    let first: { key: string; at: number } | null = null
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      const key = keyName(event)
      if (!key) return
      const withMod = key.startsWith('Mod+')
      if (!withMod && (!singleKeys || isTyping(event.target) || somethingIsOpen())) return
      if (withMod && key !== 'Mod+K' && (isTyping(event.target) || somethingIsOpen())) return
      const pending = first && event.timeStamp - first.at < SEQUENCE_MS ? first.key : null
      first = key === 'G' && !pending ? { key, at: event.timeStamp } : null
      const usual = usualOf(key)
      const command = (pending && findByKey(`${pending} ${key}`)) || (usual && findByKey(usual))
      if (!command) return
      event.preventDefault()
      command.run()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [singleKeys])
}
