import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { startServers } from '../mocks/servers.mjs';
import { appFrame, frameOf, launch, launcher, openPage, putAway, until, violations } from './browser.mjs';

let browser;
let servers;
let chat;

before(async () => {
  browser = await launch();
});
after(() => browser.close());
beforeEach(async () => {
  servers = await startServers();
  chat = servers.chat;
});
afterEach(() => servers.stop());

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
const expanded = (page) => launcher(page).getAttribute('aria-expanded');

async function visit({ lang = 'en', attributes = '', init, ...options } = {}) {
  const opened = await openPage(browser, options);
  if (init) await opened.page.addInitScript(init);
  await opened.page.goto(`${servers.shopOrigin}/?lang=${lang}&attributes=${encodeURIComponent(attributes)}`);
  await launcher(opened.page).waitFor();
  return { ...opened, app: frameOf(opened.page) };
}

async function talk(app) {
  const field = app.getByRole('textbox', { name: /^(Your message|Az Ön üzenete)$/ });
  await field.fill('Hello');
  await field.press('Enter');
  await until('sent', () => chat.last()?.messages.length === 1);
}

test('until it is touched the page loads nothing but the loader, and nothing moves', async () => {
  const { page, problems, context } = await visit();
  assert.deepEqual(chat.requests, ['GET /widget.js']);
  const shift = await page.evaluate(
    () => new Promise((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries().length)).observe({ type: 'layout-shift', buffered: true });
      setTimeout(() => resolve(0), 300);
    }),
  );
  assert.equal(shift, 0);
  assert.deepEqual(problems, []);
  await context.close();
});

test('pointing at the launcher loads the app, and only opening calls the server', async () => {
  const { page, context } = await visit();
  await launcher(page).hover();
  await until('app loaded', () => chat.requests.some((request) => request.includes('.css')));
  await until('app ready', () => page.locator('iframe:not([hidden])').count());
  assert.ok(!chat.requests.includes('POST visitor'));
  assert.ok(!chat.requests.includes('socket'));
  await launcher(page).click();
  await until('visitor', () => chat.requests.includes('POST visitor'));
  await context.close();
});

test('the server is told the page without its fragment', async () => {
  const { page, context, app } = await visit();
  await page.evaluate(() => (location.hash = 'secret'));
  await launcher(page).click();
  await app.locator('.greeting').waitFor();
  assert.equal(chat.lastRequest.page.url, `${servers.shopOrigin}/?lang=en&attributes=`);
  assert.deepEqual(Object.keys(chat.lastRequest).sort(), ['locale', 'page']);
  await context.close();
});

test('calls made before the loader arrived are carried out', async () => {
  const { page, context, app } = await visit({
    init: () => {
      window.kapocs = (...command) => (window.kapocs.q = window.kapocs.q ?? []).push(command);
      window.kapocs('locale', 'hu');
      window.kapocs('open');
    },
  });
  await app.getByText('Jó napot kívánunk!').waitFor();
  assert.equal(await expanded(page), 'true');
  assert.ok(await page.evaluate(() => document.activeElement === document.body), 'the focus stays on the page');
  await context.close();
});

test('a small screen is never covered unasked, and a press opens it as a modal', async () => {
  const { page, context, app } = await visit({ ...PHONE, init: () => {
    window.kapocs = (...command) => (window.kapocs.q = window.kapocs.q ?? []).push(command);
    window.kapocs('open');
  } });
  assert.equal(await expanded(page), 'false');
  await launcher(page).tap();
  await app.locator('.greeting').waitFor();
  assert.ok(await page.locator('dialog').evaluate((dialog) => dialog.matches(':modal')));
  await page.locator('dialog').evaluate((dialog) => Promise.all(dialog.getAnimations().map((one) => one.finished)).then(() => undefined));
  assert.deepEqual(await page.locator('dialog').boundingBox(), { x: 0, y: 0, width: 390, height: 844 });
  await app.getByRole('button', { name: 'Close the chat' }).tap();
  await until('the focus is on the launcher', () => launcher(page).evaluate((element) => element.matches(':focus')));
  await context.close();
});

test('beside the page the panel is not modal', async () => {
  const { page, context, app } = await visit();
  await launcher(page).click();
  await app.locator('.greeting').waitFor();
  assert.ok(!(await page.locator('dialog').evaluate((dialog) => dialog.matches(':modal'))));
  await page.getByRole('link', { name: 'Bowls' }).click();
  assert.equal(await expanded(page), 'true');
  await page.setViewportSize({ width: 400, height: 800 });
  await until('modal when the window narrows', () => page.locator('dialog').evaluate((dialog) => dialog.matches(':modal')));
  assert.equal(await expanded(page), 'true');
  await context.close();
});

test('messages from anybody else are not heard', async () => {
  const { page, context, app } = await visit();
  await launcher(page).click();
  await app.locator('.greeting').waitFor();
  await page.evaluate(() => window.postMessage({ kapocs: 'unread', count: 7 }, '*'));
  await appFrame(page).evaluate(() => window.postMessage({ kapocs: 'locale', locale: 'hu' }, '*'));
  await page.evaluate((origin) => {
    const stranger = document.createElement('iframe');
    stranger.src = `${origin}/widget.js`;
    document.body.append(stranger);
    return new Promise((resolve) => (stranger.onload = resolve));
  }, servers.chatOrigin);
  const stranger = page.frames().find((frame) => frame.url().endsWith('/widget.js'));
  await page.evaluate(() => addEventListener('message', ({ data }) => (window.heard = data)));
  await stranger.evaluate(() => {
    parent.postMessage({ kapocs: 'close' }, '*');
    parent.postMessage('after', '*');
  });
  await until('both have been delivered', () => page.evaluate(() => window.heard === 'after'));
  assert.equal(await launcher(page).getAttribute('aria-label'), 'Chat');
  assert.equal(await expanded(page), 'true');
  assert.equal(await app.locator('html').getAttribute('lang'), 'en');
  await context.close();
});

test('history enters the log silently, later answers are announced', async () => {
  const { page, context, app } = await visit();
  await launcher(page).click();
  await talk(app);
  chat.agentSays('one');
  await page.addInitScript(() => new MutationObserver(() => {
    const log = document.querySelector('[role=log]');
    if (log?.querySelector('.theirs')) window.liveWhenDrawn ??= log.ariaLive;
  }).observe(document, { childList: true, subtree: true }));
  await page.reload();
  const log = app.getByRole('log');
  await page.evaluate(() => window.kapocs('open'));
  await log.locator('.theirs').waitFor();
  assert.equal(await appFrame(page).evaluate(() => window.liveWhenDrawn), 'off');
  await until('the log listens', async () => (await log.getAttribute('aria-live')) === 'polite');
  await context.close();
});

test('typing is announced once until the next message', async () => {
  const { page, context, app } = await visit();
  await launcher(page).click();
  await talk(app);
  const status = app.getByRole('status');
  chat.agentTypes(true);
  await until('announced', async () => (await status.textContent()) === 'Szűcs Kata is typing…');
  await status.evaluate((element) => {
    window.changes = 0;
    new MutationObserver(() => window.changes++).observe(element, { childList: true, characterData: true, subtree: true });
  });
  chat.agentTypes(false);
  await app.locator('.typing').waitFor({ state: 'detached' });
  chat.agentTypes(true);
  await app.locator('.typing').waitFor();
  assert.equal(await appFrame(page).evaluate(() => window.changes), 0);
  await context.close();
});

for (const lang of ['hu', 'en']) {
  for (const colorScheme of ['light', 'dark']) {
    test(`no accessibility violations: ${lang}, ${colorScheme}`, async () => {
      const { page, problems, context, app } = await visit({ lang, colorScheme });
      assert.deepEqual(await violations(page.mainFrame()), [], 'closed');
      await launcher(page).click();
      await app.locator('.greeting').waitFor();
      await page.locator('dialog').evaluate((dialog) => Promise.all(dialog.getAnimations().map((one) => one.finished)).then(() => undefined));
      await talk(app);
      await app.locator('.card').waitFor();
      chat.agentSays('See https://example.com', {
        attachments: [{ id: 'a', name: 'list.pdf', media_type: 'application/pdf', size: 120_000, url: '/content/list.pdf' }],
      });
      chat.agentTypes(true);
      await app.locator('.typing').waitFor();
      await app.locator('.card [type=submit]').click();
      await app.locator('.error svg').waitFor();
      assert.deepEqual(await violations(appFrame(page)), [], 'talking');
      chat.mode = 'refuse';
      await app.getByRole('textbox').last().fill('too long');
      await app.locator('.send').click();
      await app.locator('.failure').waitFor();
      assert.deepEqual(await violations(appFrame(page)), [], 'failed');
      assert.deepEqual(await violations(page.mainFrame()), [], 'open');
      assert.deepEqual(problems, []);
      await context.close();
    });
  }
}

for (const { name, viewport } of [
  { name: 'a small phone', viewport: { width: 320, height: 568 } },
  { name: '200 % zoom on a laptop', viewport: { width: 640, height: 360 } },
]) {
  test(`${name}: everything fits and can be hit`, async () => {
    const { page, context, app } = await visit({ viewport, lang: 'hu' });
    await launcher(page).click();
    await app.locator('.greeting').waitFor();
    await talk(app);
    await app.locator('.card').waitFor();
    const report = await appFrame(page).evaluate(() => {
      const wide = [...document.querySelectorAll('*')].filter((e) => !e.closest('.hidden') && e.tagName !== 'TEXTAREA' && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0);
      const small = [...document.querySelectorAll('button, input:not([hidden]), textarea, a.file')].filter((e) => {
        const { width, height } = e.getBoundingClientRect();
        return width < 44 || height < 44;
      });
      const { bottom, right } = document.querySelector('.composer').getBoundingClientRect();
      const scroll = document.querySelector('.scroll').clientHeight;
      return { wide: wide.map((e) => e.outerHTML), small: small.map((e) => e.outerHTML), outside: bottom > innerHeight || right > innerWidth, scroll };
    });
    assert.deepEqual(report.wide, []);
    assert.deepEqual(report.small, []);
    assert.equal(report.outside, false);
    assert.ok(report.scroll > 100, `only ${report.scroll}px for the messages`);
    const panel = await page.locator('dialog').boundingBox();
    assert.ok(panel.y >= 0 && panel.y + panel.height <= viewport.height);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await context.close();
  });
}

test('when the app does not load the panel says so and can be closed', async () => {
  const { page, context } = await visit();
  chat.reachable = false;
  await page.route('**/widget/demo-key', (route) => route.abort());
  await launcher(page).click();
  await page.getByText('Opening the chat… If it takes long').waitFor();
  await putAway(page);
  await page.unroute('**/widget/demo-key');
  chat.reachable = true;
  await launcher(page).click();
  await frameOf(page).locator('.greeting').waitFor();
  await context.close();
});

test('an unknown or removed channel says that the chat is not available', async () => {
  const { page, context, app } = await visit();
  await page.route('**/visitor', (route) => route.fulfill({ status: 404, json: { error: { code: 'not_found', message: '' } } }));
  await launcher(page).click();
  await app.getByText('This chat is not available.').waitFor();
  await putAway(page);
  await context.close();
});

test('with storage forbidden the chat works while the page is open', async () => {
  const { page, context, app, problems } = await visit({
    init: () => Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('denied', 'SecurityError'); } }),
  });
  await launcher(page).click();
  await app.locator('.greeting').waitFor();
  await talk(app);
  chat.agentSays('Welcome');
  await app.getByRole('log').getByText('Welcome').waitFor();
  assert.deepEqual(problems, []);
  await context.close();
});

test('the channel\'s colour and side are taken from the script, then from the channel', async () => {
  chat.channel.color = '#8a1538';
  const { page, context, app } = await visit({ attributes: 'data-color="#ffd400" data-position="left"' });
  const { x } = await launcher(page).boundingBox();
  assert.ok(x < 100);
  assert.equal(await launcher(page).evaluate((e) => getComputedStyle(e).backgroundColor), 'rgb(255, 212, 0)');
  await launcher(page).click();
  await app.locator('.greeting').waitFor();
  assert.equal(await app.locator('header').evaluate((e) => getComputedStyle(e).backgroundColor), 'rgb(138, 21, 56)');
  await context.close();

  const plain = await visit();
  await launcher(plain.page).click();
  await until('the channel\'s colour', async () => (await launcher(plain.page).evaluate((e) => getComputedStyle(e).backgroundColor)) === 'rgb(138, 21, 56)');
  await plain.context.close();
});

// The browser may throw a kept page away for reasons of its own, memory for one; a page that prevents it does so always.
const RETURNS = 3;

test('the page returns from the back/forward cache, and the chat with it', async () => {
  const other = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  try {
    const { page, problems } = await openPage(other);
    await page.goto(`${servers.shopOrigin}/?lang=en`);
    await launcher(page).click();
    await frameOf(page).locator('.greeting').waitFor();
    await talk(frameOf(page));
    const connected = () => chat.last().sockets.size;
    const prevented = [];
    let returned = false;
    while (!returned) {
      await until('connected', connected);
      await page.evaluate(() => (window.mark = 'same page'));
      await page.getByRole('link', { name: 'Delivery' }).click();
      await page.waitForURL('**/next**');
      await until('a second page, its own connection only', () => connected() === 1);
      chat.agentSays('while you were away');
      await page.goBack({ waitUntil: 'commit' });
      returned = await page.evaluate(() => window.mark === 'same page');
      if (returned) continue;
      prevented.push(await page.evaluate(() => performance.getEntriesByType('navigation')[0].notRestoredReasons ?? 'none told'));
      assert.ok(prevented.length < RETURNS, JSON.stringify(prevented));
    }
    // The driver loses sight of frames restored from the cache; the server sees the answer being read.
    await until('the answer is read', () => chat.last().read === chat.last().messages.length);
    assert.deepEqual(problems, []);
  } finally {
    await other.close();
  }
});
