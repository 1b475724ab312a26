import assert from 'node:assert/strict'
import { test, until } from './check.mjs'
import { deliver } from './mail.mjs'
import { ADMIN } from './server.mjs'
import { chatter, everything, letters, messagesOf, pathOf, replyField, thread } from './steps.mjs'

test('a draft stays in its conversation and is there again after a reload', async (world) => {
  const [a, b] = await letters(world, 'A draft here', 'No draft here')
  const { page, problems } = await world.as(ADMIN, pathOf(a))
  await replyField(page).fill('Only for the first one')
  await page.getByRole('option', { name: /No draft here/ }).click()
  await thread(page).getByRole('heading', { name: 'No draft here' }).waitFor()
  assert.equal(await replyField(page).inputValue(), '')
  await page.goto(new URL(pathOf(a), page.url()).href)
  await until('the draft is back', async () => (await replyField(page).inputValue()) === 'Only for the first one')
  await page.reload()
  await until('the draft is back after a reload', async () => (await replyField(page).inputValue()) === 'Only for the first one')
  assert.deepEqual(problems, [])
})

test('an answer taken back in time leaves nothing behind but its text', async (world) => {
  const [letter] = await letters(world, 'Undo this')
  const { page, problems } = await world.as(ADMIN, pathOf(letter))
  await replyField(page).fill('Too hasty')
  await page.keyboard.press('Control+Enter')
  await thread(page).getByText(/Leaves in/).waitFor()
  await thread(page).getByRole('button', { name: 'Undo' }).click()
  await until('the text is back', async () => (await replyField(page).inputValue()) === 'Too hasty')
  assert.equal(await thread(page).getByText(/Leaves in/).count(), 0)
  assert.ok(!(await messagesOf(world.api, letter.id)).some(({ kind }) => kind === 'out'))

  await replyField(page).fill('Well considered')
  await page.keyboard.press('Control+Enter')
  await until('the second answer leaves', () => world.sink.taken.some((mail) => mail.includes('Well considered')), 20_000)
  assert.ok(!world.sink.taken.some((mail) => mail.includes('Too hasty')))
  await thread(page).getByText('Sent', { exact: true }).waitFor()
  assert.deepEqual(problems, [])
})

test('a colleague sees who is answering, and an answer that crosses another waits', async (world) => {
  const visitor = await chatter(world, 'Péter Crossing', 'Is the lamp in stock?')
  const path = pathOf(visitor.conversation)
  const [anna, kata] = [await world.as(ADMIN, path), await world.as(world.kata, path)]
  await replyField(anna.page).fill('It is on its')
  const begun = Date.now()
  await kata.page.getByText('Anna is replying').first().waitFor({ timeout: 5_000 })
  assert.ok(Date.now() - begun < 2_000, 'seen within two seconds')

  // Anna's line drops: she cannot have seen what Kata answers.
  let sent = false
  await anna.page.route('**/api/v1/conversations/*/messages**', (route, request) => {
    sent ||= request.method() === 'POST'
    return sent ? route.continue() : route.abort()
  })
  await replyField(kata.page).fill('Yes, three of them.')
  await kata.page.keyboard.press('Control+Enter')
  await until('her answer arrives', async () => (await visitor.messages()).some(({ text }) => text === 'Yes, three of them.'))
  await replyField(anna.page).fill('It is on its way')
  await replyField(anna.page).press('Control+Enter')
  const conflict = anna.page.getByRole('alertdialog')
  await conflict.getByText('Yes, three of them.').waitFor()
  assert.ok(!(await visitor.messages()).some(({ text }) => text === 'It is on its way'))
  await conflict.getByRole('button', { name: 'Keep as draft' }).click()
  await until('the draft is kept', async () => (await replyField(anna.page).inputValue()) === 'It is on its way')
  await replyField(anna.page).press('Control+Enter')
  await until('sent, now that she has seen it', async () => (await visitor.messages()).filter(({ text }) => text === 'It is on its way').length === 1)
  assert.equal(await conflict.count(), 0)
})

test('two hundred closed at once come back with one undo', async (world) => {
  const subjects = Array.from({ length: 200 }, (_, at) => `Bulk ${at + 1}`)
  await letters(world, ...subjects)
  const before = (await everything(world.api, 'all')).length
  const { page, problems } = await world.as(ADMIN, '/inbox/all')
  await page.getByRole('option').first().waitFor()
  await page.getByRole('listbox', { name: 'Conversations' }).focus()
  await page.keyboard.press('Control+a')
  const bar = page.getByRole('toolbar', { name: 'Actions on the marked conversations' })
  await bar.getByText('200 marked').waitFor()
  await bar.getByRole('button', { name: 'Close' }).click()
  const notice = page.getByRole('status').filter({ hasText: '200 conversations closed' })
  await notice.waitFor()
  assert.equal((await everything(world.api, 'all')).length, before - 200)
  await notice.getByRole('button', { name: 'Undo' }).click()
  await until('all are back', async () => (await everything(world.api, 'all')).length === before)
  await until('the list shows them', async () => (await page.getByRole('option').first().getAttribute('aria-setsize')) >= '200')
  assert.deepEqual(problems, [])
})

test('what is sent without a connection leaves once when it is back', async (world) => {
  const visitor = await chatter(world, 'Offline Olga', 'Can you hear me?')
  const { page, context } = await world.as(ADMIN, pathOf(visitor.conversation))
  await replyField(page).waitFor()
  await context.setOffline(true)
  await replyField(page).fill('Loud and clear')
  await page.keyboard.press('Control+Enter')
  await replyField(page).fill('And a second one')
  await page.keyboard.press('Control+Enter')
  await thread(page).getByText('Waiting for the connection').first().waitFor()
  assert.ok(!(await visitor.messages()).some(({ from }) => from === 'agent'))
  await context.setOffline(false)
  const answers = async () => (await visitor.messages()).filter(({ from }) => from === 'agent').map(({ text }) => text)
  await until('both leave', async () => (await answers()).length >= 2, 20_000)
  await until('nothing waits', async () => (await thread(page).getByText(/Waiting for the connection|Sending/).count()) === 0)
  assert.deepEqual(await answers(), ['Loud and clear', 'And a second one'])
  assert.equal(await thread(page).getByText('Loud and clear', { exact: true }).count(), 1)
})

test('files go both ways, and a picture is shown from the content origin', async (world) => {
  const visitor = await chatter(world, 'Picture Pál', 'Please send me a picture')
  const { page, problems } = await world.as(ADMIN, pathOf(visitor.conversation))
  await replyField(page).fill('Here it is')
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Attach file' }).click()
  await (await chooser).setFiles({ name: 'lamp.png', mimeType: 'image/png', buffer: PIXEL })
  await page.getByRole('button', { name: 'Remove: lamp.png' }).waitFor()
  await replyField(page).press('Control+Enter')
  const picture = thread(page).locator('img[src*="/content/"]').first()
  await picture.waitFor()
  await until('it is drawn', () => picture.evaluate((image) => image.complete && image.naturalWidth > 0))
  const { hostname, port } = new URL(await picture.getAttribute('src'))
  assert.deepEqual([hostname, port], ['localhost', new URL(page.url()).port])
  const sent = await until('the visitor has it', async () => (await visitor.messages()).find(({ attachments }) => attachments.length))
  assert.equal(sent.attachments[0].name, 'lamp.png')
  assert.deepEqual(problems, [])
})

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNky/1cDwAEIQIKe1Xz5QAAAABJRU5ErkJggg==', 'base64')

test('a letter is passed on with the words it came with, and what is printed is the conversation alone', async (world) => {
  const [letter] = await letters(world, 'For the workshop')
  const { page, problems } = await world.as(ADMIN, pathOf(letter))
  await thread(page).getByText('About For the workshop').first().waitFor()
  await page.keyboard.press('f')
  const dialog = page.getByRole('dialog', { name: 'Forward a message' })
  assert.equal(await dialog.getByRole('textbox', { name: 'Subject' }).inputValue(), 'Fwd: For the workshop')
  const text = dialog.getByRole('textbox', { name: 'Message' })
  assert.match(await text.inputValue(), /Forwarded message[^]*From: Writer \d+ <writer\d+@example\.com>[^]*About For the workshop/)
  await text.fill(`Can you mend it?\n${await text.inputValue()}`)
  await dialog.getByRole('combobox', { name: 'To' }).fill('workshop@example.net')
  await dialog.getByRole('button', { name: 'Send' }).click()
  await until('it leaves', () => world.sink.taken.some((mail) => mail.includes('Fwd: For the workshop') && mail.includes('Can you mend it?')), 20_000)
  await thread(page).getByRole('heading', { name: 'Fwd: For the workshop' }).waitFor()
  await thread(page).getByRole('link', { name: /For the workshop/ }).waitFor()

  await page.emulateMedia({ media: 'print' })
  assert.equal(await thread(page).getByText('Can you mend it?').first().isVisible(), true)
  assert.equal(await replyField(page).isVisible(), false)
  assert.equal(await page.getByRole('listbox').first().isVisible(), false)
  await page.emulateMedia({ media: 'screen' })
  assert.deepEqual(problems, [])
})

test('five thousand conversations are stepped through without a frame that can be felt', async (world) => {
  const subjects = Array.from({ length: 5_000 }, (_, at) => `Long list ${at + 1}`)
  const mails = subjects.map((subject, at) => ({ from: `many${at}@example.com`, name: `Many ${at}`, subject, text: `Text of ${subject}.` }))
  const lines = Array.from({ length: 8 }, (_, line) => mails.filter((_, at) => at % 8 === line))
  await Promise.all(lines.map((part) => deliver(world.smtp, 'hello@mecses.example', part)))
  await until('all are there', async () => (await world.api.get('views')).items.find(({ key }) => key === 'all').count >= 5_000, 180_000)
  const { page, problems } = await world.as(ADMIN, '/inbox/all')
  const list = page.getByRole('listbox', { name: 'Conversations' })
  await list.getByRole('option').first().waitFor()
  await list.focus()
  await page.evaluate(() => {
    window.frameTimes = []
    let last = performance.now()
    const next = (now) => {
      window.frameTimes.push(now - last)
      last = now
      requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })
  for (let step = 0; step < 50; step++) await page.keyboard.press('j')
  const frames = await page.evaluate(() => window.frameTimes)
  const long = frames.filter((time) => time > 100)
  assert.ok(frames.length > 20, 'frames were drawn')
  assert.deepEqual(long, [], 'no frame over 100 ms')
  assert.deepEqual(problems, [])
})
