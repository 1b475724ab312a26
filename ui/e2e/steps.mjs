// What several tests do: somebody writes to us, a colleague opens what came.
import { until } from './check.mjs'
import { deliver } from './mail.mjs'

let counter = 0

/** Mails with these subjects; resolves with their conversations, in the same order. */
export async function letters({ api, smtp }, ...subjects) {
  const mails = subjects.map((subject) => {
    const number = ++counter
    return { from: `writer${number}@example.com`, name: `Writer ${number}`, subject, text: `About ${subject}: could you help, please?` }
  })
  await until('the receiver listens', () => deliver(smtp, 'hello@mecses.example', mails).then(() => true, (error) => (error.code === 'ECONNREFUSED' ? false : Promise.reject(error))))
  const found = await until(`${subjects.length} letters arrive`, async () => {
    const rows = await everything(api, 'all')
    const mine = subjects.map((subject) => rows.find((row) => row.subject === subject))
    return mine.every(Boolean) && mine
  }, 60_000)
  return found
}

export async function everything(api, view) {
  const rows = []
  let after = ''
  do {
    const page = await api.get(`conversations?view=${view}&limit=200${after && `&after=${encodeURIComponent(after)}`}`)
    rows.push(...page.items)
    after = page.next
  } while (after)
  return rows
}

export async function chatter({ server, api, channels }, name, ...texts) {
  const visitor = await server.chat(channels.chat.key)(name, ...texts)
  const conversation = await until('the chat arrives', async () => (await api.get('conversations?view=all')).items.find((row) => row.preview === texts.at(-1)))
  return { ...visitor, conversation }
}

export const messagesOf = async (api, id) => (await api.get(`conversations/${id}/messages?limit=200`)).items.filter(({ kind }) => kind !== 'event')
export const pathOf = (conversation, view = 'all') => `/inbox/${view}/${conversation.id}`
export const replyField = (page) => page.getByRole('textbox', { name: 'Reply', exact: true })
export const thread = (page) => page.getByRole('article')
