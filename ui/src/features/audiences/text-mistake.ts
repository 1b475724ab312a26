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
