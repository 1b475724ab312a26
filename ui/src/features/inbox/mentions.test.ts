import { describe, expect, it } from 'vitest'
import { mentionAt } from './mentions'

describe('a mention being typed', () => {
  it('begins at an @ after a space', () => expect(mentionAt('Kérlek @ka', 10)).toEqual({ start: 7, typed: 'ka' }))
  it('may have two words', () => expect(mentionAt('@Halász K', 9)).toEqual({ start: 0, typed: 'Halász K' }))
  it('is not an e-mail address', () => expect(mentionAt('anna@example', 12)).toBeNull())
  it('ends with the caret elsewhere', () => expect(mentionAt('@ka, köszönöm', 13)).toBeNull())
})
