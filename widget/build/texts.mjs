// Compiles i18n/widget.*.ftl into plain typed objects, so that no message parser ships to the visitor.
// A key missing in one language, or variables that differ, fail the build.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from '@fluent/syntax';

const LANGUAGES = ['hu', 'en'];
const here = new URL('.', import.meta.url);
const pseudo = process.env.PSEUDO === '1';

export function compileCatalogue(source) {
  const messages = new Map();
  for (const entry of parse(source).body) {
    if (entry.type === 'Junk') throw new Error(`not valid Fluent: ${entry.content.trim()}`);
    if (entry.type !== 'Message') continue;
    const name = camelCase(entry.id.name);
    if (messages.has(name)) throw new Error(`written twice: ${entry.id.name}`);
    messages.set(name, compileMessage(entry));
  }
  return messages;
}

export function differences(reference, other, language) {
  const problems = [];
  for (const [name, { variables }] of reference) {
    const there = other.get(name);
    if (!there) problems.push(`${language}: missing ${name}`);
    else if (there.variables.join() !== variables.join()) problems.push(`${language}: other variables in ${name}`);
  }
  return problems;
}

function compileMessage(entry) {
  const variables = new Set();
  const code = compilePattern(entry.value, variables);
  return { variables: [...variables].sort(), code };
}

function compilePattern(pattern, variables) {
  return pattern.elements.map((element) => compileElement(element, variables)).join('');
}

function compileElement(element, variables) {
  if (element.type === 'TextElement') return escapeTemplate(pseudo ? stretch(element.value) : element.value);
  const expression = element.expression;
  if (expression.type === 'VariableReference') {
    variables.add(expression.id.name);
    return `\${v.${expression.id.name}}`;
  }
  if (expression.type === 'SelectExpression') return compileSelect(expression, variables);
  throw new Error(`not supported here: ${expression.type}`);
}

/** Both languages know only "one" (exactly 1) and "other". */
function compileSelect(expression, variables) {
  const name = expression.selector.id.name;
  variables.add(name);
  const branch = (key) => expression.variants.find((variant) => variant.key.name === key);
  const [one, other] = [branch('one'), branch('other')].map((found) => compilePattern(found.value, variables));
  return `\${v.${name} === 1 ? \`${one}\` : \`${other}\`}`;
}

function escapeTemplate(text) {
  return text.replace(/[`\\]|\$\{/g, '\\$&');
}

/** The pseudo-language: about 40 % longer, to find clipped texts. */
function stretch(text) {
  return text.replace(/[aeiou]/g, '$&$&');
}

function camelCase(key) {
  return key.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}

function typescript(name, catalogue, wanted, prefix) {
  const lines = [];
  for (const [key, { variables, code }] of catalogue) {
    if (!wanted(key)) continue;
    const shown = prefix ? key[prefix.length].toLowerCase() + key.slice(prefix.length + 1) : key;
    const types = variables.map((variable) => `${variable}: ${variable === 'count' ? 'number' : 'string | number'}`);
    lines.push(`  ${shown}: ${variables.length ? `(v: { ${types.join('; ')} }) => ` : ''}\`${code}\`,`);
  }
  return `export const ${name} = {\n${lines.join('\n')}\n};\n`;
}

function write() {
  const catalogues = LANGUAGES.map((language) => {
    const source = readFileSync(new URL(`../../i18n/widget.${language}.ftl`, here), 'utf8');
    return compileCatalogue(source);
  });
  const [hu, en] = catalogues;
  const problems = [...differences(hu, en, 'en'), ...differences(en, hu, 'hu')];
  if (problems.length) throw new Error(`catalogues do not match:\n${problems.join('\n')}`);
  mkdirSync(new URL('../src/generated/', here), { recursive: true });
  const ofLauncher = (key) => key.startsWith('launcher');
  writePart('launcher-texts', catalogues, ofLauncher, 'launcher');
  writePart('app-texts', catalogues, (key) => !ofLauncher(key), '');
}

function writePart(file, catalogues, wanted, prefix) {
  const code = LANGUAGES.map((language, i) => typescript(language, catalogues[i], wanted, prefix)).join('\n');
  writeFileSync(new URL(`../src/generated/${file}.ts`, here), `// Made from i18n/widget.*.ftl by build/texts.mjs.\n${code}`);
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split('/').pop())) write();
