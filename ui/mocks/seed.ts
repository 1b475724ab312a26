import type {
  Attachment, AuditEntry, Channel, Conversation, Delivery, Draft, Job, Key, Me, Message, Person, Quarantined, Session, Status, Tag, Team, TimelineItem, User,
} from '../src/api/types'
import { EN_FIRST, EN_LAST, HU_FIRST, HU_LAST, NOTES, STORIES } from './texts'

export interface Db {
  now: number; setupNeeded: boolean; signedIn: boolean; me: string; prefs: Pick<Me, 'theme' | 'density' | 'single_keys' | 'signature' | 'workspace'>
  users: User[]; teams: Team[]; tags: Tag[]; channels: Channel[]; keys: Key[]; people: Person[]; conversations: Conversation[]
  messages: Map<string, Message[]>; drafts: Map<string, Draft>; timeline: Map<string, TimelineItem[]>; attachments: Map<string, Attachment>
  quarantine: Quarantined[]; jobs: Job[]; audit: AuditEntry[]; sessions: Session[]; batches: Map<string, Conversation[]>; linked: Map<string, string[]>
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function random(seed: number) {
  let state = seed
  const next = () => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return state / 4294967296
  }
  return { next, below: (n: number) => Math.floor(next() * n), pick: <T,>(list: readonly T[]) => list[Math.floor(next() * list.length)]! }
}

let counter = 0
export function id(at = Date.now()) {
  const time = Math.floor(at).toString(16).padStart(12, '0')
  const tail = (++counter).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${tail}`
}

const plain = (text: string) => text.normalize('NFD').replace(/[\u0300-\u036f’]/g, '').toLowerCase()

export function makeDb(count: number): Db {
  const now = Date.now()
  const rand = random(7)
  const iso = (at: number) => new Date(at).toISOString()
  const user = (name: string, email: string, role: User['role'], locale: 'hu' | 'en' = 'hu', extra: Partial<User> = {}): User =>
    ({ id: id(now - 400 * DAY), name, email, role, locale, time_zone: 'Europe/Budapest', availability: 'available', teams: [], created_at: iso(now - 400 * DAY), disabled_at: null, ...extra })
  const users = [
    user('Kende Anna', 'anna@borostyankert.example', 'administrator'),
    user('Tóth Nóra', 'nora@borostyankert.example', 'lead'),
    user('Halász Kata', 'kata@borostyankert.example', 'agent'),
    user('Ben Whitaker', 'ben@borostyankert.example', 'agent', 'en', { availability: 'busy' }),
    user('Rácz Dániel', 'daniel@borostyankert.example', 'agent', 'hu', { availability: 'away' }),
    user('Egri Mária', 'maria@borostyankert.example', 'observer'),
  ]
  const team = (name: string, members: number[], hidden = false): Team => ({ id: id(now), name, private: hidden, members: members.map((index) => users[index]!.id) })
  const teams = [team('Ügyfélszolgálat', [0, 1, 2, 3]), team('Logisztika', [1, 4]), team('Pénzügy', [0, 5], true)]
  for (const entry of teams) for (const member of entry.members) users.find((one) => one.id === member)!.teams.push(entry.id)
  const tags: Tag[] = ([['Szállítás', 'blue'], ['Számla', 'teal'], ['Reklamáció', 'red'], ['Céges', 'plum'], ['Technikai', 'gray'], ['Dicséret', 'green']] as const)
    .map(([name, color]) => ({ id: id(now), name, color }))
  const health = (state: Channel['health']['state'], error: string | null = null): Channel['health'] =>
    ({ state, last_in_at: iso(now - 4 * MINUTE), last_out_at: iso(now - 11 * MINUTE), error, error_at: error ? iso(now - 25 * MINUTE) : null })
  const channel = (kind: Channel['kind'], name: string, addresses: string[], state: Channel['health'], key = '', config: Channel['config'] = {}): Channel =>
    ({ id: id(now), kind, name, enabled: true, team_id: null, config, key, addresses, health: state, created_at: iso(now - 300 * DAY) })
  const channels = [
    channel('email', 'info@borostyankert.example', ['info@borostyankert.example'], health('ok'), '', { imap_host: 'imap.borostyankert.example', imap_port: 993, smtp_host: 'smtp.borostyankert.example', smtp_port: 465, user: 'info', tls: 'implicit' }),
    channel('email', 'szamla@borostyankert.example', ['szamla@borostyankert.example'], health('error', 'IMAP: AUTHENTICATIONFAILED (535)'), '', { imap_host: 'imap.borostyankert.example', imap_port: 993, smtp_host: 'smtp.borostyankert.example', smtp_port: 465, user: 'szamla', tls: 'implicit' }),
    channel('chat', 'Webáruház', [], health('ok'), 'pk_8fk2v9d1', { greeting_hu: 'Segíthetünk?', greeting_en: 'Can we help?', ask_email: 'offer' }),
    channel('form', 'Kapcsolat űrlap', [], health('waiting'), 'pk_1mz07tql'),
  ]

  const people: Person[] = []
  for (let index = 0; index < Math.max(40, Math.min(400, Math.floor(count * 0.6))); index++) {
    const hungarian = rand.next() < 0.72
    const first = rand.pick(hungarian ? HU_FIRST : EN_FIRST)
    const last = rand.pick(hungarian ? HU_LAST : EN_LAST)
    const name = hungarian ? `${last} ${first}` : `${first} ${last}`
    const email = `${plain(first)}.${plain(last)}${index % 7 ? '' : index}@example.${hungarian ? 'hu' : 'org'}`
    const created = now - rand.below(500) * DAY - rand.below(24) * HOUR
    people.push({
      id: id(created), name, email, phone: rand.next() < 0.5 ? `+36 30 ${100 + rand.below(900)} ${1000 + rand.below(9000)}` : null, locale: hungarian ? 'hu' : 'en',
      created_at: iso(created), last_seen_at: iso(now - rand.below(30) * DAY), merged_into: null, blocked_at: null, open_conversations: 0, conversation_count: 0,
      traits: rand.next() < 0.6 ? { city: hungarian ? rand.pick(['Budapest', 'Győr', 'Szeged', 'Kőszeg', 'Pécs']) : rand.pick(['London', 'Vienna', 'Dublin']), orders: rand.below(9), newsletter: rand.next() < 0.5 } : {},
      identities: [{ kind: 'email', value: email, verified: rand.next() < 0.8, source: 'email', added_at: iso(created) }],
    })
  }

  const conversations: Conversation[] = []
  const messages = new Map<string, Message[]>()
  const timeline = new Map<string, TimelineItem[]>()
  const me = users[0]!
  for (let index = 0; index < count; index++) {
    const age = index < 12 ? index * 9 * MINUTE + 2 * MINUTE : index < 60 ? (index - 10) * 47 * MINUTE : (index - 55) * 2.1 * HOUR
    const story = rand.pick(STORIES)
    const candidates = people.filter((person) => person.locale === story.locale)
    const person = rand.pick(candidates)
    const order = `BK-${48000 + rand.below(9000)}`
    const first = person.locale === 'hu' ? person.name!.split(' ').at(-1)! : person.name!.split(' ')[0]!
    const fill = (text: string) => text.replaceAll('{o}', order).replaceAll('{n}', first)
    const chosen = channels[rand.next() < 0.55 ? 0 : rand.next() < 0.6 ? 2 : rand.next() < 0.5 ? 1 : 3]!
    const parts = story.parts.slice(0, 1 + rand.below(story.parts.length))
    const last = now - age
    const convId = id(last - parts.length * 3 * HOUR)
    const assignee = rand.next() < 0.3 ? null : rand.next() < 0.4 ? me : rand.pick(users.slice(0, 5))
    const thread: Message[] = []
    const push = (kind: Message['kind'], at: number, author: Message['author'], text: string, extra: Partial<Message> = {}) => {
      thread.push({
        id: id(at), seq: thread.length + 1, kind, author, created_at: iso(at), subject: null, text, quoted: null, html: null, to: [], cc: [], attachments: [],
        delivery: null, match: null, automatic: false, sender_verified: null, mentions: [], event: null, client_id: null, ...extra,
      })
    }
    parts.forEach((part, at) => {
      const when = last - (parts.length - 1 - at) * 3 * HOUR - (at === parts.length - 1 ? 0 : 4 * MINUTE)
      const incoming = at % 2 === 0
      const answerer = assignee ?? users[2]!
      const quoted = at > 0 && chosen.kind === 'email' && incoming ? fill(parts[at - 1]!).split('\n').map((line) => `> ${line}`).join('\n') : null
      push(incoming ? 'in' : 'out', when, incoming ? { kind: 'person', id: person.id, name: person.name! } : { kind: 'user', id: answerer.id, name: answerer.name }, fill(part), {
        quoted, subject: at === 0 ? fill(story.subject) : null,
        to: incoming ? chosen.addresses : person.email ? [person.email] : [],
        sender_verified: incoming ? (chosen.kind === 'email' ? rand.next() < 0.82 : null) : null,
        match: incoming && at > 0 && chosen.kind === 'email' ? { rule: 'token', detail: 'K-1042' } : null,
        delivery: incoming ? null : delivered(person.email ?? '', iso(when), rand.next() < 0.06 ? 'bounced' : chosen.kind === 'chat' ? 'read' : 'sent'),
        attachments: incoming && /Képeket|Törötten/.test(part + story.subject) && at === 0 ? [attachment('torott-kaspo-1.jpg', 'image/jpeg', 842_000), attachment('torott-kaspo-2.jpg', 'image/jpeg', 911_400)]
          : !incoming && /csatolt|attached|mellékel/.test(part) ? [attachment(story.locale === 'hu' ? 'szamla-javitott.pdf' : 'invoice-corrected.pdf', 'application/pdf', 68_200)] : [],
      })
      if (at === 0 && assignee && rand.next() < 0.6) push('event', when + 3 * MINUTE, { kind: 'user', id: users[1]!.id, name: users[1]!.name }, '', { event: { name: 'conversation.assigned', payload: { assignee: { id: assignee.id, name: assignee.name } } } })
      if (at === 0 && rand.next() < 0.25) push('note', when + 6 * MINUTE, { kind: 'user', id: users[2]!.id, name: users[2]!.name }, rand.pick(NOTES[story.locale]), { mentions: [users[1]!.id] })
    })
    const answered = parts.length % 2 === 0
    const dice = rand.next()
    const status: Status = index < 8 ? (answered ? 'waiting' : index % 3 ? 'open' : 'new') : dice < 0.45 ? (answered ? 'waiting' : 'open') : dice < 0.52 ? 'snoozed' : dice < 0.6 && !answered ? 'new' : index > 40 || answered ? 'closed' : 'open'
    const spoken = thread.filter((message) => message.kind !== 'event')
    conversations.push({
      id: convId, number: `K-${20418 - index}`, subject: fill(story.subject), preview: spoken.at(-1)!.text.replace(/\s+/g, ' ').slice(0, 160),
      status, priority: rand.next() < 0.08 ? 'urgent' : rand.next() < 0.15 ? 'high' : rand.next() < 0.06 ? 'low' : 'normal',
      channel: { id: chosen.id, kind: chosen.kind, name: chosen.name }, person: { id: person.id, name: person.name, email: person.email },
      assignee: assignee && { id: assignee.id, name: assignee.name }, team: rand.next() < 0.7 ? { id: teams[0]!.id, name: teams[0]!.name } : rand.next() < 0.5 ? { id: teams[1]!.id, name: teams[1]!.name } : null,
      tags: story.tags.filter(() => rand.next() < 0.8).map((tag) => tags[tag]!), unread: !answered && rand.next() < (index < 30 ? 0.55 : 0.1) && status !== 'closed',
      message_count: spoken.length, last_seq: thread.at(-1)!.seq, last_message_kind: spoken.at(-1)!.kind as 'in' | 'out' | 'note',
      created_at: thread[0]!.created_at, last_message_at: spoken.at(-1)!.created_at, waiting_since: answered || status === 'closed' ? null : spoken.at(-1)!.created_at,
      snoozed_until: status === 'snoozed' ? iso(now + (1 + rand.below(4)) * DAY) : null, snoozed_until_reply: false, back_from_snooze: index === 5,
      closed_at: status === 'closed' ? spoken.at(-1)!.created_at : null, spam: false, version: 1,
    })
    messages.set(convId, thread)
    person.conversation_count++
    if (status !== 'closed') person.open_conversations++
    const line = timeline.get(person.id) ?? []
    for (const message of thread) {
      const name = message.kind === 'in' ? 'message.received' : message.kind === 'out' ? 'message.sent' : message.kind === 'note' ? 'note.added' : message.event!.name
      line.push({ cursor: message.id, name, at: message.created_at, actor: { ...message.author, id: message.author.id ?? '' }, conversation: { id: convId, number: conversations.at(-1)!.number, subject: conversations.at(-1)!.subject }, payload: { text: message.text.slice(0, 200), ...(message.event?.payload ?? {}) } })
    }
    timeline.set(person.id, line)
  }
  for (const person of people) {
    const line = timeline.get(person.id) ?? []
    line.push({ cursor: id(), name: 'person.created', at: person.created_at, actor: { kind: 'system', id: '', name: 'Kapocs' }, conversation: null, payload: {} })
    line.push({ cursor: id(), name: 'person.identified', at: person.created_at, actor: { kind: 'system', id: '', name: 'Kapocs' }, conversation: null, payload: { kind: 'email', value: person.email } })
    timeline.set(person.id, line.sort((a, b) => (a.at < b.at ? 1 : -1)))
  }

  const db: Db = {
    now, setupNeeded: process.env.KAPOCS_MOCK === 'setup', signedIn: false, me: me.id,
    prefs: { theme: 'system', density: 'comfortable', single_keys: true, signature: 'Üdvözlettel:\nKende Anna\nBorostyán Kert', workspace: { id: id(now), name: 'Borostyán Kert', locale: 'hu', time_zone: 'Europe/Budapest', send_undo_seconds: 6 } },
    users, teams, tags, channels, people, conversations, messages, timeline, drafts: new Map(), attachments: new Map(), batches: new Map(), linked: new Map(),
    keys: [{ id: id(now), name: 'Webáruház-szinkron', scopes: ['read', 'write'], prefix: 'kap_7fQ2', created_at: iso(now - 90 * DAY), last_used_at: iso(now - 12 * MINUTE) }],
    quarantine: [
      { id: id(now), channel: { id: channels[0]!.id, name: channels[0]!.name }, received_at: iso(now - 3 * HOUR), reason: 'nested_too_deep', from: 'newsletter@bulk.example', subject: 'Re: Re: Fwd: !!!', size: 4_812_000, attempts: 3, state: 'quarantined', conversation_id: null },
      { id: id(now), channel: { id: channels[1]!.id, name: channels[1]!.name }, received_at: iso(now - 2 * DAY), reason: 'mail_loop', from: 'no-reply@rendszer.example', subject: 'Automatikus válasz: Számla', size: 18_400, attempts: 1, state: 'quarantined', conversation_id: null },
    ],
    jobs: [{ id: id(now), kind: 'send_message', state: 'dead', run_at: iso(now - 5 * HOUR), attempts: 12, last_error: '451 4.7.1 Greylisting in action, please come back later', created_at: iso(now - 30 * HOUR) }],
    audit: [
      audit(users[0]!, iso(now - 26 * MINUTE), 'user.role_changed', { kind: 'user', id: users[1]!.id, name: users[1]!.name }, { role: 'agent' }, { role: 'lead' }),
      audit(users[0]!, iso(now - 3 * HOUR), 'key.created', { kind: 'key', id: 'k', name: 'Webáruház-szinkron' }, null, { scopes: ['read', 'write'] }),
      audit(users[1]!, iso(now - 26 * HOUR), 'channel.changed', { kind: 'channel', id: channels[0]!.id, name: channels[0]!.name }, { smtp_port: 587 }, { smtp_port: 465 }),
    ],
    sessions: [
      { id: id(now), created_at: iso(now - 2 * HOUR), last_seen_at: iso(now), user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0 Safari/537.36', current: true },
      { id: id(now), created_at: iso(now - 9 * DAY), last_seen_at: iso(now - 2 * DAY), user_agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Version/19.1 Mobile Safari/604.1', current: false },
    ],
  }
  return showcase(db)

  function attachment(name: string, media_type: string, size: number): Attachment {
    return { id: id(now), name, media_type, size, inline: false, url: `/content/${encodeURIComponent(name)}` }
  }
}

/** The first rows show what pictures and tests look for: a thread with everything in it. */
function showcase(db: Db): Db {
  const row = db.conversations[1]!
  const thread = db.messages.get(row.id)!
  const start = Date.parse(thread[0]!.created_at)
  Object.assign(thread[0]!, { sender_verified: false, match: { rule: 'new', detail: '' } })
  const person = { kind: 'person' as const, id: row.person.id, name: row.person.name! }
  const base = { subject: null, quoted: null, html: null, to: [], cc: [], attachments: [], delivery: null, match: null, automatic: false, sender_verified: null, mentions: [], event: null, client_id: null }
  const add = (message: Partial<Message> & Pick<Message, 'kind' | 'author' | 'text'>, minutes: number) =>
    thread.push({ ...base, id: id(), seq: thread.length + 1, created_at: new Date(start + minutes * MINUTE).toISOString(), ...message })
  const kata = { kind: 'user' as const, id: db.users[2]!.id, name: db.users[2]!.name }
  add({ kind: 'out', author: kata, text: 'Kedves Ügyfelünk!\n\nKöszönjük a levelét, utánanézünk, és még ma jelentkezünk.\n\nÜdvözlettel:\nHalász Kata', to: [row.person.email!], delivery: delivered(row.person.email!, new Date(start + 9 * MINUTE).toISOString(), 'delivered') }, 9)
  add({ kind: 'note', author: kata, text: 'Beszéltem a raktárral: ma 15 óráig feladják. @Kende Anna kérlek, ha megjön a csomagszám, küldd el neki.', mentions: [db.me] }, 14)
  add({ kind: 'event', author: kata, text: '', event: { name: 'conversation.assigned', payload: { from: null, to: db.me, name: db.users[0]!.name } } }, 15)
  add({ kind: 'event', author: { kind: 'system', id: null, name: 'Kapocs' }, text: '', event: { name: 'conversation.tagged', payload: { tag: db.tags[0]!.id, name: 'Szállítás' } } }, 15)
  add({ kind: 'in', author: person, text: 'Köszönöm! Mellékelem a visszaigazolást, hátha segít.', sender_verified: true, match: { rule: 'token', detail: 'K-1042' },
    quoted: '> Kedves Ügyfelünk!\n>\n> Köszönjük a levelét, utánanézünk, és még ma jelentkezünk.\n>\n> Üdvözlettel:\n> Halász Kata',
    html: { url: '/content/mail-1.html', height_hint: 620, remote_images: true, url_with_images: null },
    attachments: [{ id: id(), name: 'visszaigazolas-BK-48211.pdf', media_type: 'application/pdf', size: 182_400, inline: false, url: '/content/a.pdf' }] }, 38)
  add({ kind: 'out', author: { kind: 'user', id: db.me, name: db.users[0]!.name }, text: 'Kedves Ügyfelünk!\n\nA csomag ma délután elindul, a csomagszámot estig elküldjük.', to: ['regi-cim@example.hu'], delivery: delivered('regi-cim@example.hu', new Date(start + 50 * MINUTE).toISOString(), 'bounced') }, 50)
  Object.assign(row, { status: 'open', unread: true, assignee: { id: db.me, name: db.users[0]!.name }, last_seq: thread.length, message_count: thread.filter((one) => one.kind !== 'event').length, tags: [db.tags[0]!, db.tags[3]!], priority: 'high', channel: { id: db.channels[0]!.id, kind: 'email', name: db.channels[0]!.name } })
  row.last_message_at = thread.at(-1)!.created_at
  row.preview = thread.at(-1)!.text.replace(/\s+/g, ' ')
  db.linked.set(row.id, [db.conversations[30]!.id])
  return db
}

export function delivered(address: string, at: string, state: Delivery['state']): Delivery {
  return { state, held_until: null, recipients: [{ address, state, at, reason: state === 'bounced' ? '550 5.1.1 The email account that you tried to reach does not exist' : null }] }
}

function audit(actor: User, at: string, action: string, target: AuditEntry['target'], before: AuditEntry['before'], after: AuditEntry['after']): AuditEntry {
  return { id: Date.parse(at), at, actor: { kind: 'user', id: actor.id, name: actor.name }, action, target, before, after, ip: '84.2.115.20' }
}
