import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { startServers } from '../mocks/servers.mjs';
import { appFrame, frameOf, launch, launcher, openPage, putAway, until } from './browser.mjs';

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

async function visit({ path = '/?lang=en', ...options } = {}) {
  const opened = await openPage(browser, options);
  await opened.page.goto(servers.shopOrigin + path);
  await launcher(opened.page).waitFor();
  return { ...opened, app: frameOf(opened.page), shopper: opened.page };
}

const field = (app) => app.getByRole('textbox', { name: 'Your message' });
const log = (app) => app.getByRole('log');
const focused = (frame) => frame.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.textContent);
const spoken = () => chat.last()?.messages.map(({ text }) => text) ?? [];

async function openChat(page) {
  await launcher(page).click();
  await frameOf(page).locator('.greeting').waitFor();
}

async function say(app, text) {
  await field(app).fill(text);
  await field(app).press('Enter');
}

test('a chat from start to finish by keyboard alone', async () => {
  const { page, app, problems, context } = await visit();
  const tabTo = async (what, target) => {
    for (let i = 0; i < 30; i++) {
      if (await target().evaluate((element) => element.matches(':focus')).catch(() => false)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`${what} cannot be reached with Tab`);
  };

  await tabTo('the launcher', () => launcher(page));
  await page.keyboard.press('Enter');
  const title = app.getByRole('heading', { level: 1 });
  await until('focus on the title', () => title.evaluate((element) => element === document.activeElement));

  await tabTo('the text field', () => field(app));
  await page.keyboard.type('Do you send parcels abroad?');
  await until('typing is told', () => chat.last()?.typing);
  await page.keyboard.press('Enter');
  await until('the message arrives', () => spoken().includes('Do you send parcels abroad?'));
  assert.equal(chat.last().typing, false);

  await app.getByRole('form', { name: 'Shall we reply by e-mail too?' }).waitFor();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  const address = app.getByRole('textbox', { name: 'E-mail address' });
  for (let i = 0; i < 6 && !(await address.evaluate((element) => element.matches(':focus'))); i++) await page.keyboard.press('Shift+Tab');
  await page.keyboard.type('anna');
  await page.keyboard.press('Enter');
  await app.getByText('Enter an e-mail address like').waitFor();
  assert.equal(await address.getAttribute('aria-invalid'), 'true');
  await page.keyboard.type('@example.com');
  await page.keyboard.press('Enter');
  await app.getByText('Our answers also come by e-mail: anna@example.com').waitFor();
  assert.equal(chat.last().person.email, 'anna@example.com');
  assert.equal(await focused(appFrame(page)), 'Your message');

  chat.agentSays('We do, to all of Europe.');
  await log(app).getByText('We do, to all of Europe.').waitFor();
  await until('the answer is marked as read', () => chat.last().read === 2);

  await putAway(page);
  assert.ok(await launcher(page).evaluate((element) => element.matches(':focus')));
  assert.deepEqual(problems, []);
  await context.close();
});

test('what is written offline waits, and is delivered exactly once and in order', async () => {
  const { page, app, context } = await visit();
  await openChat(page);
  await say(app, 'before');
  await until('first message', () => spoken().length === 1);
  chat.reachable = false;
  chat.dropSockets();
  await context.setOffline(true);
  await say(app, 'one');
  await say(app, 'two');
  await app.getByText('No connection. Your messages are kept').first().waitFor();
  assert.equal(await app.getByText('Waiting for a connection').count(), 2);
  chat.reachable = true;
  await context.setOffline(false);
  await until('both arrive', () => spoken().length >= 3);
  await until('nothing waits', async () => (await app.locator('.unsent').count()) === 0);
  assert.deepEqual(spoken(), ['before', 'one', 'two']);
  assert.equal(await log(app).getByText('one', { exact: true }).count(), 1);
  await context.close();
});

test('a message whose answer was lost, and a reload in between, is delivered exactly once', async () => {
  const { page, app, context } = await visit();
  await openChat(page);
  chat.mode = 'swallow';
  await say(app, 'Is it in stock?');
  await until('kept by the server', () => spoken().length === 1);
  chat.reachable = false;
  chat.dropSockets();
  await say(app, 'And the blue one?');
  chat.mode = 'take';
  chat.reachable = true;
  await page.reload();
  await openChat(page);
  await log(app).getByText('And the blue one?').waitFor();
  await until('nothing waits', async () => (await app.locator('.unsent').count()) === 0);
  assert.deepEqual(spoken(), ['Is it in stock?', 'And the blue one?']);
  assert.equal(await log(app).getByRole('listitem').filter({ hasText: 'in stock' }).count(), 1);
  await context.close();
});

test('after a dropped connection the missed answers come, each once', async () => {
  const { page, app, context } = await visit();
  await openChat(page);
  await say(app, 'Hello');
  await until('sent', () => spoken().length === 1);
  chat.agentSays('first answer');
  await log(app).getByText('first answer').waitFor();
  chat.dropSockets();
  chat.agentSays('second answer');
  chat.agentSays('third answer');
  await log(app).getByText('third answer').waitFor();
  for (const text of ['first answer', 'second answer', 'third answer']) assert.equal(await log(app).getByText(text).count(), 1);
  assert.ok(chat.requests.some((request) => request.endsWith('messages?since=2')));
  await context.close();
});

test('the history is there after a reload, and answers to a closed chat are counted on the launcher', async () => {
  const { page, app, problems, context } = await visit();
  await openChat(page);
  await say(app, 'Hello');
  await until('sent', () => spoken().length === 1);
  await putAway(page);
  await page.reload();
  await launcher(page).waitFor();
  await until('connected again', () => chat.last().sockets.size > 0);
  chat.agentSays('one');
  chat.agentSays('two');
  await page.getByRole('button', { name: 'Chat, 2 unread' }).click();
  await log(app).getByText('Hello').waitFor();
  await page.getByRole('button', { name: 'Chat', exact: true }).waitFor();
  assert.deepEqual(problems, []);
  await context.close();
});

test('a refused message says why, can be sent again, and alarms once', async () => {
  const { page, app, context } = await visit();
  await openChat(page);
  chat.mode = 'refuse';
  await say(app, 'too much');
  await app.getByText('Not sent: This text is too long.').waitFor();
  await until('the alarm', async () => (await app.getByRole('alert').textContent()).startsWith('A message was not sent'));
  chat.mode = 'take';
  await app.getByRole('button', { name: 'Try again' }).click();
  await until('sent', () => spoken().length === 1);
  await context.close();
});

test('a required address is asked for before the first message, and the draft is kept', async () => {
  chat.channel.ask_email = 'require';
  const { page, app, context } = await visit();
  await openChat(page);
  await say(app, 'Where is my order?');
  await app.getByText('Enter your e-mail address to send your message.').waitFor();
  assert.equal(await field(app).inputValue(), 'Where is my order?');
  await page.keyboard.type('anna@example.com');
  await page.keyboard.press('Enter');
  await until('focus back on the message', async () => (await focused(appFrame(page))) === 'Your message');
  await page.keyboard.press('Enter');
  await until('sent', () => spoken().length === 1);
  await context.close();
});

test('when nobody is there the address is offered at once', async () => {
  chat.online = false;
  const { page, app, context } = await visit();
  await openChat(page);
  await app.getByRole('heading', { name: 'Where can we reach you?' }).waitFor();
  await app.getByRole('button', { name: 'Not now' }).click();
  assert.equal(await app.getByRole('form', { name: 'Where can we reach you?' }).count(), 0);
  await context.close();
});

test('files are sent by button and by paste, and one too large is refused with its limit', async () => {
  const { page, app, context } = await visit();
  await openChat(page);
  await app.locator('input[type=file]').setInputFiles([
    { name: 'cserép.png', mimeType: 'image/png', buffer: Buffer.alloc(2000) },
    { name: 'film.mov', mimeType: 'video/quicktime', buffer: Buffer.alloc(26 * 1024 * 1024) },
  ]);
  await app.getByText('film.mov is too large. A file may be at most 25 MB.').first().waitFor();
  await app.getByRole('button', { name: 'Remove film.mov' }).click();
  await field(app).evaluate((element) => {
    const data = new DataTransfer();
    data.items.add(new File(['x'], 'pasted.txt', { type: 'text/plain' }));
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await app.getByRole('button', { name: 'Remove pasted.txt' }).waitFor();
  await app.getByRole('button', { name: 'Remove cserép.png' }).waitFor();
  await say(app, 'Here they are');
  await until('sent with files', () => chat.last().messages[0]?.attachments.length === 2);
  await log(app).getByRole('link', { name: /^cserép\.png.*opens in a new tab/ }).waitFor();
  await context.close();
});

test('the language can be changed in the chat, stays changed, and the launcher follows', async () => {
  const { page, app, context } = await visit({ path: '/?lang=en' });
  await openChat(page);
  await say(app, 'Hello');
  await app.getByRole('textbox', { name: 'E-mail address' }).fill('anna@example.com');
  await app.getByRole('button', { name: 'Magyar' }).click();
  await app.getByText('Jó napot kívánunk!').waitFor();
  await until('the server knows', () => chat.lastRequest.locale === 'hu');
  assert.equal(await app.getByRole('textbox', { name: 'E-mail-cím' }).inputValue(), 'anna@example.com');
  await app.getByRole('button', { name: 'A chat bezárása' }).click();
  await page.reload();
  await launcher(page).click();
  await app.getByRole('textbox', { name: 'Az Ön üzenete' }).waitFor();
  assert.equal(await page.locator('section[lang=hu]').count(), 1);
  await page.evaluate(() => window.kapocs('locale', 'en'));
  await field(app).waitFor();
  await context.close();
});

test('a signed identity is told to the server, a rejected one leaves the visitor anonymous', async () => {
  const good = await visit();
  await good.page.evaluate(() => window.kapocs('identify', 'good.jwt'));
  await openChat(good.page);
  assert.equal(chat.lastRequest.identity, 'good.jwt');
  assert.equal(chat.last().person.verified, true);
  await good.context.close();

  const bad = await visit();
  await bad.page.evaluate(() => window.kapocs('identify', async () => 'bad.jwt'));
  await openChat(bad.page);
  assert.equal(chat.last().person.verified, false);
  await bad.context.close();
});

test('signing out empties the chat, the draft included', async () => {
  const { page, app, context } = await visit();
  await openChat(page);
  await say(app, 'My order number is 1042');
  await until('sent', () => spoken().length === 1);
  await field(app).fill('half a secret');
  await page.evaluate(() => window.kapocs('identify', null));
  await until('another visitor', () => chat.visitors.size === 2);
  await until('the draft is gone', async () => (await field(app).inputValue()) === '');
  await until('the log is empty', async () => (await log(app).getByRole('listitem').count()) === 0);
  await context.close();
});
