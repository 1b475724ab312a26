import { expect, test } from 'vitest'
import { wordsOf } from './call-words'

test('a refusal is worded by its code, whatever the kind of id, and an unknown one is left to the server', () => {
  expect(wordsOf('no_event')).toBe('call-no_event')
  expect(wordsOf('merge_refused_external')).toBe('call-merge_refused')
  expect(wordsOf('something_new')).toBeNull()
})
