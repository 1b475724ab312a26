import { expect, test } from 'vitest'
import type { Translate } from '../../i18n/language'
import { expectedWords, foundWords } from './violations'

const t = ((key: string, values?: Record<string, unknown>) => (values ? `${key}(${Object.values(values).join()})` : key)) as Translate
const wrong = (expected: string, found: string) => ({ property: 'total', rule: 'wrong_type' as const, expected, found })

test('types are said in the reader’s words, patterns and values as they are', () => {
  expect(expectedWords(t, wrong('number, null', '“5”'))).toBe('plan-type-number / plan-type-null')
  expect(expectedWords(t, { ...wrong('number', ''), rule: 'pattern', expected: '^K-' })).toBe('^K-')
})

test('what was found is told by its kind', () => {
  const found = ['“5”', '[3]', '{2}', 'true', 'null', '“[3]”'].map((one) => foundWords(t, wrong('number', one)))
  expect(found).toEqual(['violation-text(5)', 'violation-list(3)', 'violation-object(2)', 'true', 'plan-type-null', 'violation-text([3])'])
})
