import { describe, expect, it } from 'vitest'
import { keyName } from './keyboard'

const press = (init: KeyboardEventInit, altGraph = false) => {
  const event = new KeyboardEvent('keydown', init)
  Object.defineProperty(event, 'getModifierState', { value: (name: string) => altGraph && name === 'AltGraph' })
  return keyName(event)
}

describe('the name of a key press', () => {
  it('is the character, wherever the layout puts it', () => expect(press({ key: 'z', code: 'KeyY' })).toBe('Z'))
  it('tells Shift with letters', () => expect(press({ key: 'E', shiftKey: true })).toBe('Shift+E'))
  it('takes a symbol as it is, since its Shift differs between layouts', () => expect(press({ key: '?', shiftKey: true })).toBe('?'))
  it('joins Ctrl and ⌘', () => {
    expect(press({ key: 'k', ctrlKey: true })).toBe('Mod+K')
    expect(press({ key: 'k', metaKey: true })).toBe('Mod+K')
  })
  it('leaves AltGr alone: it types @ and # on Hungarian keyboards', () => {
    expect(press({ key: '@', ctrlKey: true, altKey: true })).toBeNull()
    expect(press({ key: '#' }, true)).toBeNull()
  })
})
