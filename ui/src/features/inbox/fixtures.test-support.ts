import type { Conversation } from '../../api/types'

let made = 0

export function conversation(change: Partial<Conversation> = {}): Conversation {
  const id = change.id ?? `c${String(++made).padStart(4, '0')}`
  return {
    id, number: `K-${made}`, subject: `Subject ${id}`, preview: '', status: 'open', priority: 'normal',
    channel: { id: 'ch', kind: 'email', name: 'info@example.org' }, person: { id: 'p', name: 'Tóth Ákos', email: 'akos@example.org' },
    assignee: null, team: null, tags: [], unread: false, message_count: 1, last_seq: 1, last_message_kind: 'in',
    created_at: '2026-11-20T08:00:00.000Z', last_message_at: '2026-11-20T08:00:00.000Z', waiting_since: null,
    snoozed_until: null, snoozed_until_reply: false, back_from_snooze: false, closed_at: null, spam: false, version: 1, ...change,
  }
}
