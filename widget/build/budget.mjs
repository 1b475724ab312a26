// Measures what a visitor downloads (gzip) and fails the build when it is more than promised.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const app = readdirSync(new URL('app/', dist)).map((name) => `app/${name}`);

const budgets = [
  { what: 'loader (script)', files: ['widget.js'], limit: 3000 },
  { what: 'app (script and style, both languages)', files: app.filter((name) => /\.(js|css)$/.test(name)), limit: 30_000 },
  { what: 'app (page)', files: ['app/index.html'], limit: 1000 },
];

let exceeded = false;
for (const { what, files, limit } of budgets) {
  const sizes = files.map((file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const detail = files.map((file, i) => `${file} ${sizes[i]}`).join(', ');
  console.log(`${total > limit ? 'TOO LARGE' : 'ok'}  ${what}: ${total} of ${limit} bytes gzip  (${detail})`);
  exceeded ||= total > limit;
}
process.exit(exceeded ? 1 : 0);
