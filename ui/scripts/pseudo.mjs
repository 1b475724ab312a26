// English grown by two fifths, with accents and brackets: it shows what does not fit and what was never translated.
// For tests and development (KAPOCS_PSEUDO=1 npm run dev); never part of the build.
import { readFileSync } from 'node:fs'
import { FluentParser, FluentSerializer, Placeable, StringLiteral, Transformer } from '@fluent/syntax'

const GROWTH = 0.4
const PLAIN = 'aceinosuyzACEINOSUYZ'
const ACCENTED = 'áčéíñőšűýžÁČÉÍÑŐŠŰÝŽ'

const accented = (letter) => ACCENTED[PLAIN.indexOf(letter)] ?? letter

/** Each word grows, for it is long words that break a line. */
function grown(word) {
  let due = Math.ceil(word.length * GROWTH)
  const letters = [...word].map((letter) => (due > 0 && /[aeiouy]/i.test(letter) && due-- ? accented(letter) + accented(letter.toLowerCase()) : accented(letter)))
  return letters.join('') + accented(word.at(-1).toLowerCase()).repeat(due)
}

class Grow extends Transformer {
  visitTextElement(node) {
    node.value = node.value.replace(/[a-z]+/gi, grown)
    return node
  }
}

const mark = (text) => new Placeable(new StringLiteral(text))

/** The same keys and variables in other words. */
export function pseudo(source) {
  const resource = new FluentParser().parse(source)
  for (const entry of resource.body) {
    if (entry.type !== 'Message') continue
    new Grow().visit(entry)
    entry.value.elements = [mark('['), ...entry.value.elements, mark(']')]
  }
  return new FluentSerializer().serialize(resource)
}

export function pseudoLanguage() {
  return {
    name: 'kapocs-pseudo-language', apply: 'serve', enforce: 'pre',
    load: (id) => (/\.en\.ftl\?raw$/.test(id) ? `export default ${JSON.stringify(pseudo(readFileSync(id.replace('?raw', ''), 'utf8')))}` : undefined),
  }
}
