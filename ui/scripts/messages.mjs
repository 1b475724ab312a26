// Writes the typed list of message keys, and fails when the two languages differ, a key is used without a text,
// or a text is used nowhere. `--check` also fails when the list is not up to date.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FluentParser, Visitor } from '@fluent/syntax'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = join(root, '../i18n')
const output = join(root, 'src/i18n/keys.gen.ts')
const problems = []

class Variables extends Visitor {
  names = new Set()
  visitVariableReference(node) {
    this.names.add(node.id.name)
  }
}

function read(language) {
  const messages = new Map()
  for (const file of readdirSync(folder).filter((name) => name.startsWith('app.') && name.endsWith(`.${language}.ftl`))) {
    for (const entry of new FluentParser().parse(readFileSync(join(folder, file), 'utf8')).body) {
      if (entry.type === 'Junk') problems.push(`${file}: cannot be read: ${entry.content.trim().split('\n')[0]}`)
      if (entry.type !== 'Message') continue
      if (messages.has(entry.id.name)) problems.push(`${file}: ${entry.id.name} is there twice`)
      const variables = new Variables()
      variables.visit(entry)
      messages.set(entry.id.name, [...variables.names].sort().join(' '))
    }
  }
  return messages
}

const hu = read('hu')
const en = read('en')
for (const [key, variables] of en) {
  if (!hu.has(key)) problems.push(`hu has no ${key}`)
  else if (hu.get(key) !== variables) problems.push(`${key}: variables differ (en: ${variables}; hu: ${hu.get(key)})`)
}
for (const key of hu.keys()) if (!en.has(key)) problems.push(`en has no ${key}`)

function sources(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.tsx?$/.test(entry.name) && !/\.(gen|test)\.tsx?$/.test(entry.name) ? [readFileSync(path, 'utf8')] : []
  })
}
const code = sources(join(root, 'src')).join('\n')
// A key may be written whole, or as a template whose variable part is a type of the API: `status-${status}`.
const whole = new Set([...code.matchAll(/['"`]([a-z][a-z0-9]*(?:-[a-z0-9]+)+|[a-z]+)['"`]/g)].map((match) => match[1]))
const patterns = [...code.matchAll(/`([a-z0-9-]*-)\$\{[^`]*`/g)].map((match) => match[1])
for (const key of en.keys()) {
  if (!whole.has(key) && !patterns.some((start) => key.startsWith(start))) problems.push(`${key} is used nowhere`)
}

const text = `// Written by scripts/messages.mjs; do not edit.\nexport type MessageKey =\n${[...en.keys()].sort().map((key) => `  | '${key}'`).join('\n')}\n`
if (process.argv.includes('--check')) {
  if (readFileSync(output, 'utf8') !== text) problems.push('src/i18n/keys.gen.ts is out of date: run `npm run messages`')
} else writeFileSync(output, text)

if (problems.length) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`texts: ${en.size} keys in hu and en`)
