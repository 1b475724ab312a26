import type { IncomingMessage, ServerResponse } from 'node:http'
import { URL } from 'node:url'
import type { WebSocket } from 'ws'
import type { BatchRequest, Conversation, ConversationDetail, Draft, LiveServerMessage, Me, Message, Person, Presence, View } from '../src/api/types'
import { makeAudiences, memberships, preview, why } from './audiences'
import { delivered, id, makeDb, type Db } from './seed'
import { CHANNEL_KINDS } from './channel-kinds'

type Body = { [key: string]: any }
export interface World { audiences: ReturnType<typeof makeAudiences>; db: Db; sockets: Set<WebSocket>; cursor: number; join: (socket: WebSocket) => void; presence: Map<string, Presence[]> }

class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly more: Record<string, unknown> = {}) { super(message) }
}

export function makeWorld(rows: number): World {
  const world: World = { audiences: makeAudiences(), db: makeDb(rows), sockets: new Set(), cursor: 100, presence: new Map(), join: (socket) => join(world, socket) }
  const kata = world.db.users[2]!
  world.presence.set(world.db.conversations[1]!.id, [{ user: { id: kata.id, name: kata.name }, state: 'viewing' }])
  world.presence.set(world.db.conversations[3]!.id, [{ user: { id: kata.id, name: kata.name }, state: 'replying' }])
  return world
}

function join(world: World, socket: WebSocket) {
  world.sockets.add(socket)
  socket.on('close', () => world.sockets.delete(socket))
  socket.on('message', (data) => {
    const message = JSON.parse(String(data))
    if (message.type !== 'hello') return
    socket.send(JSON.stringify({ type: 'hello', cursor: String(world.cursor) }))
    for (const [conversation, people] of world.presence) socket.send(JSON.stringify({ type: 'presence', conversation, people }))
  })
}

function send(world: World, message: LiveServerMessage) {
  for (const socket of world.sockets) socket.send(JSON.stringify(message))
}

function fact(world: World, name: string, conversation: Conversation, payload = {}) {
  const me = meOf(world.db)
  send(world, { type: 'fact', cursor: String(++world.cursor), name, conversation: conversation.id, person: conversation.person.id, at: new Date().toISOString(), actor: { kind: 'user', id: me.id }, payload })
  send(world, { type: 'views', views: Object.fromEntries(views(world.db).map((view) => [view.key, view.count])) })
}

function meOf(db: Db): Me {
  return { ...db.users.find((user) => user.id === db.me)!, shortcuts: {}, skipped_steps: [], ...db.prefs }
}

const active = (row: Conversation) => row.status !== 'closed' && row.status !== 'snoozed'
function inView(db: Db, view: string) {
  return (row: Conversation): boolean => {
    if (view === 'mine') return active(row) && row.assignee?.id === db.me
    if (view === 'mentions') return (db.messages.get(row.id) ?? []).some((message) => message.mentions.includes(db.me))
    if (view === 'unassigned') return active(row) && !row.assignee
    if (view === 'snoozed') return row.status === 'snoozed'
    if (view === 'spam') return row.spam
    if (view === 'closed') return row.status === 'closed' && !row.spam
    if (view.startsWith('team:')) return active(row) && row.team?.id === view.slice(5)
    return active(row)
  }
}

function views(db: Db): View[] {
  const keys = ['mine', 'mentions', 'unassigned', 'all', 'snoozed', 'closed', 'spam']
  const teams = db.teams.filter((team) => !team.private || team.members.includes(db.me))
  return [
    ...keys.map((key) => ({ key, count: db.conversations.filter(inView(db, key)).length, team: null })),
    ...teams.map((team) => ({ key: `team:${team.id}`, count: db.conversations.filter(inView(db, `team:${team.id}`)).length, team: { id: team.id, name: team.name } })),
  ]
}

const fold = (text: string) => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase()
const RANK = { urgent: 0, high: 1, normal: 2, low: 3 }
function matches(db: Db, row: Conversation, query: string) {
  const text = fold([row.number, row.subject, row.person.name, row.person.email, ...(db.messages.get(row.id) ?? []).map((message) => message.text)].join(' '))
  return fold(query).split(/\s+/).every((word) => text.includes(word))
}

function list(db: Db, params: URLSearchParams) {
  const { view, status, query, ids, person } = Object.fromEntries(params)
  let rows = db.conversations
  if (ids) rows = rows.filter((row) => ids.split(',').includes(row.id))
  if (view) rows = rows.filter(inView(db, view))
  if (status) rows = rows.filter((row) => row.status === status)
  if (person) rows = rows.filter((row) => row.person.id === person)
  if (query) rows = rows.filter((row) => matches(db, row, query))
  const newest = (a: Conversation, b: Conversation) => b.last_message_at.localeCompare(a.last_message_at) || b.id.localeCompare(a.id)
  const orders = {
    newest, oldest: (a: Conversation, b: Conversation) => -newest(a, b),
    waiting: (a: Conversation, b: Conversation) => (a.waiting_since ?? '9').localeCompare(b.waiting_since ?? '9') || newest(a, b),
    priority: (a: Conversation, b: Conversation) => RANK[a.priority] - RANK[b.priority] || newest(a, b),
  }
  return page([...rows].sort(orders[(params.get('order') ?? 'newest') as keyof typeof orders]), params)
}

function page<T>(items: T[], params: URLSearchParams) {
  const from = Number(params.get('after') ?? 0)
  const limit = Number(params.get('limit') ?? 50)
  return { items: items.slice(from, from + limit), next: from + limit < items.length ? String(from + limit) : null }
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Refusal(404, 'not_found', 'Nem található.')
  return value
}

function detail(world: World, row: Conversation): ConversationDetail {
  const { db } = world
  const person = db.people.find((one) => one.id === row.person.id)!
  const other = db.users[2]!
  return {
    ...row, participants: [{ person: row.person, role: 'requester', address: person.email ?? row.channel.name }],
    linked: (db.linked.get(row.id) ?? []).map((link) => db.conversations.find((one) => one.id === link)!).map((one) => ({ id: one.id, number: one.number, subject: one.subject, reason: 'references_closed' })),
    draft: db.drafts.get(row.id) ?? null,
    reply: { can: row.channel.name !== 'szamla@borostyankert.example', reason: row.channel.name === 'szamla@borostyankert.example' ? 'channel_error' : null, to: row.person.email ? [row.person.email] : [], channel: row.channel, hold_seconds: row.channel.kind === 'chat' ? 0 : db.prefs.workspace.send_undo_seconds, max_length: row.channel.kind === 'chat' ? 4000 : null },
    presence: (world.presence.get(row.id) ?? []).filter((one) => one.user.id !== other.id || true),
  }
}

function change(world: World, row: Conversation, name: string, patch: Partial<Conversation>, payload = {}) {
  Object.assign(row, patch, { version: row.version + 1 })
  const thread = world.db.messages.get(row.id)!
  const me = meOf(world.db)
  if (!/status|read/.test(name)) thread.push({ ...EMPTY, id: id(), seq: thread.length + 1, kind: 'event', author: { kind: 'user', id: me.id, name: me.name }, created_at: new Date().toISOString(), text: '', event: { name, payload } })
  row.last_seq = thread.length
  fact(world, name, row, payload)
  return detail(world, row)
}

const EMPTY = { subject: null, quoted: null, html: null, to: [], cc: [], attachments: [], delivery: null, match: null, automatic: false, sender_verified: null, mentions: [], client_id: null }

function newMessage(world: World, row: Conversation, body: Body): Message {
  const { db } = world
  const thread = db.messages.get(row.id)!
  const me = meOf(db)
  const known = thread.find((message) => message.client_id && message.client_id === body.client_id)
  if (known) return known
  const note = body.kind === 'note'
  const newer = thread.filter((message) => message.kind === 'out' && message.author.id !== db.me && message.seq > (body.seen_seq ?? Infinity))
  if (!note && newer.length && !body.override) throw new Refusal(409, 'answered_meanwhile', 'Közben más válaszolt.', { detail: { message: newer.at(-1) } })
  if (/\[hiba\]/.test(body.text)) throw new Refusal(503, 'unavailable', 'A kiszolgáló most nem érhető el.')
  const hold = note || row.channel.kind === 'chat' ? 0 : db.prefs.workspace.send_undo_seconds
  const at = new Date()
  const message: Message = {
    ...EMPTY, id: id(), seq: thread.length + 1, kind: note ? 'note' : 'out', author: { kind: 'user', id: me.id, name: me.name }, created_at: at.toISOString(), text: body.text, client_id: body.client_id ?? null,
    attachments: (body.attachments ?? []).map((one: string) => db.attachments.get(one)!), mentions: body.mentions ?? [], event: null, to: note ? [] : [row.person.email ?? ''],
    delivery: note ? null : hold ? { state: 'held', held_until: new Date(at.getTime() + hold * 1000).toISOString(), recipients: [] } : delivered(row.person.email ?? '', at.toISOString(), 'delivered'),
  }
  thread.push(message)
  db.drafts.delete(row.id)
  Object.assign(row, { preview: body.text.slice(0, 160), last_message_at: at.toISOString(), last_message_kind: message.kind, last_seq: message.seq, message_count: row.message_count + 1, version: row.version + 1, assignee: row.assignee ?? (note ? null : { id: me.id, name: me.name }) })
  if (!note) Object.assign(row, { status: body.close ? 'closed' : 'waiting', waiting_since: null, closed_at: body.close ? at.toISOString() : null })
  fact(world, note ? 'note.added' : 'message.sent', row)
  if (hold) setTimeout(() => {
    if (message.delivery?.state !== 'held') return
    message.delivery = delivered(row.person.email ?? '', new Date().toISOString(), 'sent')
    fact(world, 'message.delivery_changed', row)
  }, hold * 1000).unref()
  return message
}

function actPatch(db: Db, row: Conversation, act: Body): [string, Partial<Conversation>, object] {
  const user = db.users.find((one) => one.id === act.user_id)
  const team = db.teams.find((one) => one.id === act.team_id)
  const tag = db.tags.find((one) => one.id === act.tag_id)
  switch (act.kind) {
    case 'close': return ['conversation.closed', { status: 'closed', closed_at: new Date().toISOString(), waiting_since: null, unread: false }, {}]
    case 'spam': return ['conversation.marked_spam', { status: 'closed', spam: true, waiting_since: null }, {}]
    case 'reopen': return ['conversation.reopened', { status: 'open', closed_at: null, spam: false }, {}]
    case 'assign': return ['conversation.assigned', { assignee: user ? { id: user.id, name: user.name } : null }, { assignee: user ? { id: user.id, name: user.name } : null }]
    case 'team': return ['conversation.team_changed', { team: team ? { id: team.id, name: team.name } : null }, { team: team ? { id: team.id, name: team.name } : null }]
    case 'tag': return ['conversation.tagged', { tags: [...row.tags.filter((one) => one.id !== tag!.id), tag!] }, { tag }]
    case 'untag': return ['conversation.untagged', { tags: row.tags.filter((one) => one.id !== tag!.id) }, { tag }]
    case 'priority': return ['conversation.priority_changed', { priority: act.priority }, { priority: act.priority }]
    case 'snooze': return ['conversation.snoozed', { status: 'snoozed', snoozed_until: act.until ?? null, snoozed_until_reply: !!act.until_reply }, { until: act.until ?? null }]
    default: throw new Refusal(422, 'invalid', 'Ismeretlen művelet.')
  }
}

function conversationRoute(world: World, method: string, row: Conversation, rest: string[], body: Body, params: URLSearchParams): unknown {
  const { db } = world
  const thread = db.messages.get(row.id)!
  const act = (body: Body) => change(world, row, ...actPatch(db, row, body))
  const what = `${method} ${rest[0] ?? ''}`
  if (what === 'GET ') return detail(world, row)
  if (what === 'GET messages') {
    const after = params.get('after')
    const limit = Number(params.get('limit') ?? 50)
    if (after) return { items: thread.filter((message) => message.seq > Number(after)).slice(0, limit), next: null }
    const older = thread.filter((message) => message.seq < Number(params.get('before') ?? Infinity))
    const items = older.slice(-limit)
    return { items, next: older.length > limit ? String(items[0]!.seq) : null }
  }
  if (what === 'POST messages' && rest.length === 1) return newMessage(world, row, body)
  if (rest[0] === 'messages') return messageRoute(world, method, row, need(thread.find((message) => message.id === rest[1])), rest[2]!)
  if (what === 'PUT assignee') return act({ kind: 'assign', ...body })
  if (what === 'PUT team') return act({ kind: 'team', ...body })
  if (what === 'PUT priority') return act({ kind: 'priority', ...body })
  if (what === 'PUT status') return change(world, row, 'conversation.status_changed', { status: body.status })
  if (what === 'PUT subject') return change(world, row, 'conversation.subject_changed', { subject: body.subject }, { subject: body.subject })
  if (what === 'PUT tags') return act({ kind: 'tag', tag_id: rest[1] })
  if (what === 'DELETE tags') return act({ kind: 'untag', tag_id: rest[1] })
  if (what === 'PUT snooze') return act({ kind: 'snooze', ...body })
  if (what === 'DELETE snooze') return change(world, row, 'conversation.woken', { status: 'open', snoozed_until: null, snoozed_until_reply: false })
  if (what === 'PUT spam') return act({ kind: 'spam' })
  if (what === 'DELETE spam') return change(world, row, 'conversation.unmarked_spam', { status: 'open', spam: false, closed_at: null })
  if (what === 'POST closure') return act({ kind: 'close' })
  if (what === 'DELETE closure') return act({ kind: 'reopen' })
  if (what === 'PUT read' || what === 'DELETE read') return change(world, row, 'conversation.read', { unread: method === 'DELETE' })
  if (what === 'GET draft') return db.drafts.get(row.id) ?? null
  if (what === 'PUT draft') {
    const known = db.drafts.get(row.id)
    if ((known?.version ?? 0) !== body.version) throw new Refusal(409, 'conflict', 'A piszkozat közben változott.')
    const draft: Draft = { mode: body.mode, text: body.text, attachments: (body.attachments ?? []).map((one: string) => db.attachments.get(one)!), version: body.version + 1, updated_at: new Date().toISOString() }
    db.drafts.set(row.id, draft)
    return draft
  }
  if (what === 'DELETE draft') return void db.drafts.delete(row.id)
  if (what === 'PUT presence') return undefined
  throw new Refusal(404, 'not_found', 'Nem található.')
}

function messageRoute(world: World, method: string, row: Conversation, message: Message, verb: string): unknown {
  const { db } = world
  const thread = db.messages.get(row.id)!
  if (verb === 'delivery' && method === 'DELETE') {
    if (message.delivery?.state !== 'held') throw new Refusal(409, 'too_late_to_undo', 'Már elment, nem vonható vissza.')
    thread.splice(thread.indexOf(message), 1)
    row.status = 'open'
    const draft: Draft = { mode: 'reply', text: message.text, attachments: message.attachments, version: 1, updated_at: new Date().toISOString() }
    db.drafts.set(row.id, draft)
    fact(world, 'message.undone', row)
    return draft
  }
  if (verb === 'delivery') {
    message.delivery = delivered(message.to[0] ?? '', new Date().toISOString(), 'queued')
    fact(world, 'message.delivery_changed', row)
    return message
  }
  if (verb === 'separation') {
    thread.splice(thread.indexOf(message), 1)
    fact(world, 'message.separated', row)
    const fresh = { ...row, id: id(), number: `K-${21000 + db.conversations.length}`, version: 1 }
    db.conversations.unshift(fresh)
    db.messages.set(fresh.id, [{ ...message, seq: 1 }])
    return detail(world, fresh)
  }
  throw new Refusal(404, 'not_found', 'Nem található.')
}

function batch(world: World, request: BatchRequest) {
  const { db } = world
  const rows = request.ids ? db.conversations.filter((row) => request.ids!.includes(row.id))
    : list(db, new URLSearchParams({ ...(request.filter as Record<string, string>), limit: '100000' })).items
  const key = id()
  db.batches.set(key, structuredClone(rows))
  for (const row of rows) Object.assign(row, actPatch(db, row, request.act)[1], { version: row.version + 1 })
  if (rows[0]) fact(world, 'conversation.changed', rows[0])
  return { id: key, count: rows.length }
}

function collection(name: string, items: { id: string }[], make: (body: Body) => any) {
  return (method: string, rest: string[], body: Body, params: URLSearchParams): unknown => {
    if (method === 'GET') return rest[0] ? need(items.find((one) => one.id === rest[0])) : page(items, params)
    if (method === 'POST') {
      if ('name' in body && !String(body.name).trim()) throw new Refusal(422, 'invalid', 'A név nem lehet üres.', { field: 'name' })
      const made = make(body)
      items.push(made)
      return made
    }
    const entry = need(items.find((one) => one.id === rest[0]))
    if (rest[1] === 'members') {
      const team = entry as unknown as { members: string[] }
      team.members = method === 'PUT' ? [...team.members, rest[2]!] : team.members.filter((one) => one !== rest[2])
      return entry
    }
    if (method === 'DELETE') return void items.splice(items.indexOf(entry), 1)
    const { disabled, ...patch } = body
    Object.assign(entry, patch, disabled === undefined ? {} : { disabled_at: disabled ? new Date().toISOString() : null })
    return { name, ...entry }
  }
}

function route(world: World, method: string, path: string[], body: Body, params: URLSearchParams): unknown {
  const { db } = world
  const [head, ...rest] = path
  const call = `${method} ${path.join('/')}`
  if (call === 'GET setup') return { needed: db.setupNeeded }
  if (call === 'POST setup') {
    if (body.token !== 'demo') throw new Refusal(422, 'invalid', 'A kód nem egyezik a konzolon látottal.', { field: 'token' })
    Object.assign(db, { setupNeeded: false, signedIn: true })
    return meOf(db)
  }
  if (call === 'POST session') {
    if (body.password !== 'kapocs-demo-1') throw new Refusal(401, 'invalid_credentials', 'Hibás adatok.')
    db.signedIn = true
    db.me = (db.users.find((user) => user.email === body.email) ?? db.users[0]!).id
    return meOf(db)
  }
  if (call === 'GET session' && !db.signedIn) return null
  if (!db.signedIn) throw new Refusal(401, 'unauthorized', 'Jelentkezzen be.')
  if (call === 'DELETE session') return void (db.signedIn = false)
  if (call === 'GET session' || call === 'GET me') return meOf(db)
  if (call === 'PATCH me') {
    for (const key of ['theme', 'density', 'single_keys', 'signature'] as const) if (key in body) Object.assign(db.prefs, { [key]: body[key] })
    for (const key of ['name', 'locale', 'time_zone', 'availability'] as const) if (key in body) Object.assign(db.users.find((user) => user.id === db.me)!, { [key]: body[key] })
    return meOf(db)
  }
  if (call === 'PUT me/password') {
    if (body.current !== 'kapocs-demo-1') throw new Refusal(422, 'invalid', 'A jelenlegi jelszó nem egyezik.', { field: 'current' })
    return undefined
  }
  if (head === 'me' && rest[0] === 'sessions') return collection('sessions', db.sessions, () => null)(method, rest.slice(1), body, params)
  if (call === 'GET collection/recent') return []
  if (call === 'GET workspace') return db.prefs.workspace
  if (call === 'PATCH workspace') return Object.assign(db.prefs.workspace, body)
  if (call === 'GET views') return { items: views(db), next: null }
  if (call === 'GET conversations') return list(db, params)
  if (call === 'POST conversations') return startConversation(world, body)
  if (head === 'conversations') return conversationRoute(world, method, need(db.conversations.find((row) => row.id === rest[0])), rest.slice(1), body, params)
  if (call === 'POST conversation-batches') return batch(world, body as unknown as BatchRequest)
  if (head === 'conversation-batches') {
    for (const old of need(db.batches.get(rest[0]!))) Object.assign(db.conversations.find((row) => row.id === old.id)!, old, { version: old.version + 2 })
    return undefined
  }
  if (head === 'people' && rest[1] === 'timeline') return page((db.timeline.get(rest[0]!) ?? []).filter((item) => !params.get('name') || params.get('name')!.split(',').includes(item.name)), params)
  if (head === 'people' && rest[1] === 'conversations') return list(db, new URLSearchParams({ person: rest[0]!, limit: params.get('limit') ?? '50' }))
  if (head === 'people' && rest[1] === 'block') return void (need(db.people.find((one) => one.id === rest[0])).blocked_at = method === 'PUT' ? new Date().toISOString() : null)
  if (head === 'people' && rest[1] === 'audiences') return { items: memberships(world.audiences), next: null }
  if (call === 'POST audience-previews') return preview(body, db.people)
  if (call === 'GET collection/recent') return []
  if (head === 'audiences' && rest[1]) return audienceRoute(world, method, rest, params)
  if (call === 'GET people') return page(db.people.filter((person) => fold(`${person.name} ${person.email}`).includes(fold(params.get('query') ?? ''))), params)
  if (call === 'GET search') {
    const query = params.get('query') ?? ''
    return { conversations: db.conversations.filter((row) => matches(db, row, query)).slice(0, 6), people: db.people.filter((person) => fold(`${person.name} ${person.email}`).includes(fold(query))).slice(0, 6) }
  }
  if (call === 'GET channel-kinds') return { items: CHANNEL_KINDS, next: null }
  if (head === 'channels' && rest[1] === 'test') return { ok: false, steps: [{ name: 'DNS', ok: true, detail: 'imap.borostyankert.example → 192.0.2.14' }, { name: 'TLS 1.3', ok: true, detail: 'CN=imap.borostyankert.example' }, { name: 'IMAP LOGIN', ok: false, detail: 'AUTHENTICATIONFAILED' }] }
  if (head === 'quarantine' && rest[1] === 'release') { db.quarantine.find((one) => one.id === rest[0])!.state = 'released'; return {} }
  if (call === 'GET quarantine') return page(db.quarantine.filter((one) => one.state === (params.get('state') ?? 'quarantined')), params)
  if (head === 'quarantine') { db.quarantine.find((one) => one.id === rest[0])!.state = 'discarded'; return undefined }
  if (head === 'jobs' && rest[1] === 'replay') return void db.jobs.splice(0, 1)
  const now = new Date().toISOString()
  const collections: Record<string, ReturnType<typeof collection>> = {
    users: collection('users', db.users, (body) => ({ ...db.users[1]!, ...body, id: id(), teams: [], created_at: now, disabled_at: null, availability: 'available' })),
    teams: collection('teams', db.teams, (body) => ({ id: id(), private: false, members: [], ...body })),
    tags: collection('tags', db.tags, (body) => ({ id: id(), color: 'gray', ...body })),
    keys: collection('keys', db.keys, (body) => ({ id: id(), ...body, prefix: 'kap_x91K', created_at: now, last_used_at: null, secret: 'kap_x91KQwP4mVtB7sHd2YcRfE8uLzJ6nA3g' })),
    channels: collection('channels', db.channels, (body) => ({ id: id(), enabled: true, team_id: null, addresses: [], key: body.kind === 'chat' ? 'pk_new12345' : '', health: { state: 'waiting', last_in_at: null, last_out_at: null, error: null, error_at: null }, created_at: now, ...body })),
    people: collection('people', db.people, (body) => ({ ...db.people[0]!, ...body, id: id() })),
    audiences: collection('audiences', world.audiences, (body) => ({ ...makeAudiences()[1]!, ...body, id: id(), description: body.description ?? '', changed_at: now })),
    jobs: collection('jobs', db.jobs, () => null), audit: () => ({ items: db.audit, next: null }),
  }
  return need(collections[head!])(method, rest, body, params)
}

function audienceRoute(world: World, method: string, [audience, part]: string[], params: URLSearchParams) {
  const found = need(world.audiences.find((one) => one.id === audience))
  if (part === 'people') return why()
  if (part === 'members') return page(world.db.people.slice(0, found.members).map(({ id: person, name, email }) => ({ id: person, name, email, since: found.changed_at })), params)
  Object.assign(found, { live: method === 'POST', members: method === 'POST' ? 42 : 0, changed_at: new Date().toISOString() })
  return method === 'POST' ? found : undefined
}

function startConversation(world: World, body: Body) {
  const { db } = world
  const person: Person = db.people.find((one) => one.id === body.person_id || one.email === body.to) ?? { ...db.people[0]!, id: id(), name: body.to, email: body.to }
  const now = new Date().toISOString()
  const channel = need(db.channels.find((one) => one.id === body.channel_id))
  const row: Conversation = { ...db.conversations[0]!, id: id(), number: `K-${30000 + db.conversations.length}`, subject: body.subject, preview: body.text, status: 'waiting', person: { id: person.id, name: person.name, email: person.email }, channel: { id: channel.id, kind: channel.kind, name: channel.name }, tags: [], unread: false, created_at: now, last_message_at: now, last_seq: 0, message_count: 0, assignee: { id: db.me, name: meOf(db).name } }
  db.conversations.unshift(row)
  db.messages.set(row.id, [])
  newMessage(world, row, { text: body.text } as Body)
  return detail(world, row)
}

/** Things that happen by themselves, for trying the live parts: POST /api/v1/mock/arrival and /mock/answer/{conversation}. */
function happen(world: World, what: string, target: string | undefined) {
  const { db } = world
  const row = target ? need(db.conversations.find((one) => one.id === target)) : db.conversations[20 + Math.floor(Math.random() * 40)]!
  const thread = db.messages.get(row.id)!
  const kata = db.users[2]!
  const at = new Date().toISOString()
  const text = what === 'answer' ? 'Jó napot! A csomag elindult, a csomagszám: HU4821159. Üdvözlettel: Kata' : 'Jó napot! Van már hír a csomagomról?'
  if (what === 'typing') return send(world, { type: 'typing', conversation: row.id, on: true })
  thread.push({ ...EMPTY, id: id(), seq: thread.length + 1, kind: what === 'answer' ? 'out' : 'in', author: what === 'answer' ? { kind: 'user', id: kata.id, name: kata.name } : { kind: 'person', id: row.person.id, name: row.person.name ?? '' }, created_at: at, text, event: null, delivery: what === 'answer' ? delivered(row.person.email ?? '', at, 'sent') : null })
  Object.assign(row, { last_message_at: at, preview: text, unread: what !== 'answer', status: 'open', last_seq: thread.length, version: row.version + 1, assignee: { id: db.me, name: meOf(db).name } })
  fact(world, what === 'answer' ? 'message.sent' : 'message.received', row)
}

async function readBody(request: IncomingMessage) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

export async function handle(world: World, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '', 'http://localhost')
  const path = url.pathname.slice('/api/v1/'.length).split('/').map(decodeURIComponent)
  const raw = await readBody(request)
  const answer = (status: number, body: unknown) => {
    response.statusCode = body === undefined ? 204 : status
    response.setHeader('Content-Type', 'application/json')
    response.end(body === undefined ? '' : JSON.stringify(body))
  }
  try {
    if (path[0] === 'mock') return answer(204, void happen(world, path[1]!, path[2]))
    if (path[0] === 'attachments') return answer(201, uploaded(world.db, raw))
    const body = raw.length ? JSON.parse(raw.toString()) : {}
    answer(request.method === 'POST' ? 201 : 200, route(world, request.method ?? 'GET', path, body, url.searchParams))
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error)
    const refusal = error instanceof Refusal ? error : new Refusal(500, 'internal', 'Váratlan hiba.')
    answer(refusal.status, { error: { code: refusal.code, message: refusal.message, ...refusal.more, request_id: id() } })
  }
}

function uploaded(db: Db, raw: Buffer) {
  const head = raw.subarray(0, 400).toString()
  const made = { id: id(), name: /filename="([^"]*)"/.exec(head)?.[1] ?? 'file', media_type: /Content-Type: (\S+)/.exec(head)?.[1] ?? 'application/octet-stream', size: raw.length, inline: false, url: '/content/upload' }
  db.attachments.set(made.id, made)
  return made
}
