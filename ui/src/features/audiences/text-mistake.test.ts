import { expect, test } from 'vitest'
import { expectedIn, mistakeIn } from './text-mistake'

test('the place of a mistake is told by line and column, with what stands around it', () => {
  const text = 'all of (\n  name is "Őze 😀",\n  country is HU\n)'
  const place = [...text].indexOf('H') + 1
  expect(mistakeIn(text, `at character ${place}: expected a value, found HU`)).toEqual({
    line: 3, column: 14, before: '…s "Őze 😀",   country is ', at: 'H', after: 'U )', what: 'expected a value, found HU',
  })
})

test('a text that ends too early has its mistake after its last letter', () => {
  expect(mistakeIn('all of (', 'at character 9: expected a condition, found the end')).toMatchObject({ line: 1, column: 9, before: 'all of (', at: ' ', after: '' })
})

test('a mistake without a place has none', () => expect(mistakeIn('x', 'TooDeep at all[0]')).toBeNull())

test('what was expected is told apart, and what stands there instead', () => {
  expect(expectedIn('expected a text in quotes, a number, true or false, found HU')).toEqual({ key: 'audience-expected-value', words: '', found: 'HU' })
  expect(expectedIn('expected one of “)”, “,”, found the end')).toEqual({ key: null, words: '“)”, “,”', found: null })
  expect(expectedIn('expected something new, found it')).toBeNull()
})
