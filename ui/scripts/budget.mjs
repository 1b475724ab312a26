// The promised sizes, gzip: what a browser loads before the inbox works.
import { readFileSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist')
const BUDGET = { script: 280, style: 40, font: 32 }
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))

const files = new Set()
function walk(key, followLazy) {
  const chunk = manifest[key]
  if (!chunk || files.has(chunk.file)) return
  files.add(chunk.file)
  for (const file of [...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file)
  for (const next of chunk.imports ?? []) walk(next)
  for (const next of (chunk.dynamicImports ?? []).filter(followLazy ?? (() => false))) walk(next)
}
// The larger of the two languages, and the inbox itself, come with the first load.
const language = ['src/i18n/hu.ts', 'src/i18n/en.ts']
const size = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length
const larger = language.sort((a, b) => size(manifest[b].file) - size(manifest[a].file))[0]
walk('index.html', (key) => key === larger || key.includes('features/inbox/'))

const kind = (file) => (/\.js$/.test(file) ? 'script' : /\.css$/.test(file) ? 'style' : /\.woff2$/.test(file) ? 'font' : null)
const sums = { script: 0, style: 0, font: 0 }
for (const file of files) {
  const of = kind(file)
  if (!of || !existsSync(join(dist, file))) continue
  // A font is already compressed; only latin and latin-ext are fetched for Hungarian and English.
  if (of === 'font') {
    if (/latin/.test(file)) sums.font += readFileSync(join(dist, file)).length
  } else sums[of] += size(file)
}
let failed = false
for (const [name, limit] of Object.entries(BUDGET)) {
  const kB = sums[name] / 1000
  const over = kB > limit
  failed ||= over || sums[name] === 0
  console.log(`${name.padEnd(6)} ${kB.toFixed(1).padStart(6)} kB of ${limit} kB${over ? '  OVER BUDGET' : ''}`)
}
process.exit(failed ? 1 : 0)
