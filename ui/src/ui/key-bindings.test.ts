import { expect, test } from 'vitest'
import { keyOf, usualOf } from './key-bindings'

test('a moved key acts at its new place, and no longer at its old one', () => {
  const bindings = { E: 'D' }
  expect(keyOf('E', bindings)).toBe('D')
  expect(usualOf('D', bindings)).toBe('E')
  expect(usualOf('E', bindings)).toBeNull()
})

test('two keys can change places, and the others stay', () => {
  const bindings = { J: 'K', K: 'J' }
  expect([usualOf('J', bindings), usualOf('K', bindings), usualOf('X', bindings)]).toEqual(['K', 'J', 'X'])
})

test('a key that was turned off does nothing', () => {
  expect(keyOf('U', { U: '' })).toBe('')
  expect(usualOf('U', { U: '' })).toBeNull()
})
