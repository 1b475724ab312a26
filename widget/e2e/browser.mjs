import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Replaces a default that turns off the partitioned storage which browsers give to frames.
  '--disable-features=Translate,MediaRouter,OptimizationHints',
];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export function launch(more = {}) {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS, ...more });
}

/** A page that fails its test by any console error, policy violation or uncaught exception. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: 'Europe/Budapest', ...options });
  const page = await context.newPage();
  const problems = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  return { context, page, problems };
}

export function launcher(page) {
  return page.getByRole('button', { name: /^Chat/ });
}

export function frameOf(page) {
  return page.frameLocator('iframe[title=Chat]');
}

export function appFrame(page) {
  return page.frames().find((frame) => frame.url().includes('/widget/'));
}

export async function violations(frame, exclude = []) {
  await frame.evaluate(axeSource);
  const found = await frame.evaluate(
    ([rules, left]) => window.axe.run({ exclude: left }, { runOnly: rules, iframes: false, resultTypes: ['violations'] }),
    [RULES, exclude],
  );
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
}

/** Waits until the condition holds; fails with the last value when it never does. */
export async function until(what, condition, patience = 30_000) {
  const end = Date.now() + patience;
  let value;
  do {
    value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  } while (Date.now() < end);
  throw new Error(`never happened: ${what} (last: ${JSON.stringify(value)})`);
}

/** Closes the chat by Escape; the press reaches the page as a message when the focus is in the frame. */
export async function putAway(page) {
  await page.keyboard.press('Escape');
  await until('the chat is closed', async () => (await launcher(page).getAttribute('aria-expanded')) === 'false');
}
