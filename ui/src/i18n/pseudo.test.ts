import { describe, expect, it } from 'vitest'
import { pseudo } from '../../scripts/pseudo.mjs'
import english from './en'
import { makeTranslate } from './language'

describe('the language of tests', () => {
  const plain = makeTranslate('en', english)
  const grown = makeTranslate('en', english.map(pseudo))

  it('is at least two fifths longer than English, in brackets and with accents', () => {
    const letters = (text: string) => text.replace(/[^\p{L}]/gu, '')
    for (const key of ['close', 'new-conversation', 'settings-me-intro', 'sign-in-wrong'] as const) {
      expect(grown(key)).toMatch(/^\[.*\]$/s)
      expect(letters(grown(key)).length).toBeGreaterThanOrEqual(letters(plain(key)).length * 1.4)
      expect(grown(key)).toMatch(/[^\p{ASCII}]/u)
    }
  })

  it('says the same of its variables', () => {
    expect(grown('view-count', { count: 1 })).toContain('1 ')
    expect(grown('view-count', { count: 12 })).toMatch(/^\[12 .*\]$/)
    expect(grown('new-message-from', { name: 'Kata', text: 'Hello' })).toContain('Hello')
  })
})
