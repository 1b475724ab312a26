import type { MessageKey } from '../../i18n/keys.gen'

const AROUND = 24

export interface Mistake { line: number; column: number; before: string; at: string; after: string; what: string }

/** Where the server found a text to be no condition, with what stands around it; null when it names no place. */
export function mistakeIn(text: string, detail: string): Mistake | null {
  const found = /^at character (\d+): (.*)$/s.exec(detail)
  if (!found) return null
  const letters = [...text]
  const index = Math.min(Number(found[1]) - 1, letters.length)
  const earlier = letters.slice(0, index).join('').split('\n')
  const around = (from: number, to: number) => letters.slice(Math.max(0, from), to).join('').replaceAll('\n', ' ')
  return {
    line: earlier.length, column: [...earlier.at(-1)!].length + 1, what: found[2]!,
    before: `${index > AROUND ? '…' : ''}${around(index - AROUND, index)}`, at: letters[index] ?? ' ',
    after: `${around(index + 1, index + 1 + AROUND)}${index + 1 + AROUND < letters.length ? '…' : ''}`,
  }
}

/** What the server says it expected, by what it begins with. */
const EXPECTED: [string, MessageKey][] = [
  ['a condition', 'audience-expected-condition'], ['a name', 'audience-expected-name'], ['the name of an event', 'audience-expected-event'],
  ['a text in quotes, a number', 'audience-expected-value'], ['a text in quotes', 'audience-expected-text'], ['the end', 'audience-expected-end'],
  ['closing quotes', 'audience-expected-closing'], ['a number', 'audience-expected-number'], ['a whole number', 'audience-expected-whole'],
  ['a test', 'audience-expected-test'], ['a date', 'audience-expected-date'], ['seconds, minutes', 'audience-expected-unit'],
  ['an audience', 'audience-expected-audience'], ['less nesting', 'audience-expected-nesting'],
]

/** The mistake in its parts: a known kind, or the words that were expected literally. */
export function expectedIn(what: string): { key: MessageKey | null; words: string; found: string | null } | null {
  const said = /^expected (.*), found (.*)$/s.exec(what)
  if (!said) return null
  const [, expected = '', found] = said
  const words = expected.startsWith('“') || expected.startsWith('one of “') ? expected.replace(/^one of /, '') : null
  const key = words === null ? EXPECTED.find(([start]) => expected.startsWith(start))?.[1] ?? null : null
  if (words === null && key === null) return null
  return { key, words: words ?? '', found: found === 'the end' ? null : found! }
}
