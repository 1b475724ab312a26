import { describe, expect, it } from 'vitest'
import type { Message } from '../../api/types'
import { listParams, upsertMessages } from './queries'

const message = (seq: number, change: Partial<Message> = {}): Message => ({
  id: `m${seq}`, seq, kind: 'in', author: { kind: 'person', id: 'p', name: 'Ákos' }, created_at: `2026-11-20T08:0${seq}:00.000Z`, subject: null, text: '', quoted: null, html: null,
  to: [], cc: [], attachments: [], delivery: null, match: null, automatic: false, sender_verified: null, mentions: [], event: null, client_id: null, ...change,
})

describe('messages read again', () => {
  it('stand once, in the order of their numbers', () => {
    const thread = upsertMessages([message(1), message(3)], [message(3, { text: 'changed' }), message(2)])
    expect(thread.map((one) => [one.seq, one.text])).toEqual([[1, ''], [2, ''], [3, 'changed']])
  })
  it('an answer of one’s own is known by the id it was given here', () => {
    const thread = upsertMessages([message(1), message(2, { id: 'temporary', client_id: 'x' })], [message(2, { id: 'real', client_id: 'x' })])
    expect(thread.map((one) => one.id)).toEqual(['m1', 'real'])
  })
})

describe('the address of a list', () => {
  it('says one list in one way only', () => expect(listParams('all', { query: '', status: undefined })).toEqual({ view: 'all', order: 'newest' }))
})
