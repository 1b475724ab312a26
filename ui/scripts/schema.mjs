// The server's description of its shapes as types: src/api/schema.gen.ts from docs/openapi.json.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const from = new URL('../../docs/openapi.json', import.meta.url)
const to = new URL('../src/api/schema.gen.ts', import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'kapocs-schema-'))
try {
  const { openapi, info, components } = JSON.parse(readFileSync(from, 'utf8'))
  writeFileSync(join(folder, 'shapes.json'), JSON.stringify({ openapi, info, paths: {}, components: { schemas: components.schemas } }))
  // Runs apart from the project: it needs the compiler's older interface.
  const tool = ['--yes', '--package=openapi-typescript@7.13.0', '--package=typescript@5.9.3', '--', 'openapi-typescript']
  execFileSync('npm', ['exec', ...tool, 'shapes.json', '-o', 'shapes.ts'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  writeFileSync(to, readFileSync(join(folder, 'shapes.ts'), 'utf8'))
} finally {
  rmSync(folder, { recursive: true })
}
