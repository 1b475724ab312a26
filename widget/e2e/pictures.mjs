// Pictures of the widget on the shop's page: both languages, both themes, wide and narrow. To be looked at.
import { mkdirSync } from 'node:fs';
import { startServers } from '../mocks/servers.mjs';
import { frameOf, launch, launcher, openPage, until } from './browser.mjs';

const target = process.argv[2] ?? 'node_modules/.pictures';
mkdirSync(target, { recursive: true });
const browser = await launch();

const TALK = {
  hu: ['Jó napot! Megérkezett már a mohazöld vajtartó? Kettőt szeretnék rendelni.', 'Jó napot kívánok! Igen, ma reggel vettük ki a kemencéből, három darab van készleten.', 'Félretegyek Önnek kettőt? Részletek: https://example.com/vajtarto', 'Igen, köszönöm szépen!'],
  en: ['Hello, is the moss green butter dish back in stock? I would like two.', 'Good morning. Yes, it came out of the kiln today and we have three.', 'Shall I put two aside for you? Details: https://example.com/butter-dish', 'Yes please, thank you very much.'],
};

async function shoot(lang, theme, width) {
  const { chat, shopOrigin, stop } = await startServers();
  const height = width === 390 ? 844 : 900;
  const { page, context } = await openPage(browser, { viewport: { width, height }, colorScheme: theme, hasTouch: width === 390, locale: lang });
  const picture = (name) => page.screenshot({ path: `${target}/${lang}-${theme}-${width}-${name}.png` });
  await page.goto(`${shopOrigin}/?lang=${lang}`);
  await launcher(page).waitFor();
  await picture('1-closed');
  await launcher(page).click();
  const app = frameOf(page);
  await app.locator('.greeting').waitFor();
  await picture('2-open');
  const field = app.getByRole('textbox', { name: /üzenete|Your message/ });
  const say = async (text) => {
    await field.fill(text);
    await app.locator('.send').click();
    await until('message sent', () => chat.last().messages.some((message) => message.text === text));
  };
  await say(TALK[lang][0]);
  await app.locator('.card').waitFor();
  await picture('3-email');
  await app.locator('.card .quiet').click();
  chat.agentSays(TALK[lang][1]);
  chat.agentSays(TALK[lang][2]);
  await say(TALK[lang][3]);
  chat.agentReads(4);
  chat.agentTypes(true);
  await app.locator('.typing').waitFor();
  await picture('4-talk');
  chat.mode = 'refuse';
  await field.fill(TALK[lang][0]);
  await app.locator('.send').click();
  await app.locator('.failure').waitFor();
  await picture('5-failed');
  await context.close();
  stop();
}

for (const lang of ['hu', 'en']) for (const theme of ['light', 'dark']) for (const width of [1440, 390]) await shoot(lang, theme, width);
await browser.close();
