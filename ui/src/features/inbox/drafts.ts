import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useReducer, useRef, useState } from 'react'
import { api, ApiError } from '../../api/client'
import type { Attachment, ConversationDetail, Draft } from '../../api/types'
import { conversationQuery } from './queries'

export type Mode = 'reply' | 'note'
interface Sheet { text: string; attachments: Attachment[] }
/** An answer and a note are two sheets: what was meant for colleagues never slips into a reply. */
export interface LocalDraft { mode: Mode; reply: Sheet; note: Sheet; version: number }

const BLANK: Sheet = { text: '', attachments: [] }
const PAUSE_MS = 300
const SERVER_MS = 1_500

const storageKey = (author: string, conversation: string) => `kapocs.draft.${author}.${conversation}`

export function readLocal(author: string, conversation: string): LocalDraft | null {
  try {
    return JSON.parse(localStorage.getItem(storageKey(author, conversation)) ?? 'null') as LocalDraft | null
  } catch {
    return null
  }
}

const isBlank = (sheet: Sheet) => !sheet.text.trim() && sheet.attachments.length === 0

function writeLocal(author: string, conversation: string, draft: LocalDraft) {
  const key = storageKey(author, conversation)
  try {
    if (isBlank(draft.reply) && isBlank(draft.note) && draft.mode === 'reply') localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(draft))
  } catch {
    // A full or forbidden storage: the server's copy remains.
  }
}

export function fromServer(draft: Draft | null): LocalDraft {
  const empty: LocalDraft = { mode: 'reply', reply: BLANK, note: BLANK, version: 0 }
  return draft ? { ...empty, mode: draft.mode, [draft.mode]: { text: draft.text, attachments: draft.attachments }, version: draft.version } : empty
}

const restorers = new Map<string, (sheet: Sheet) => void>()

/** Puts an answer that was taken back into the composer it came from, or into its draft when that is not open. */
export function restoreDraft(author: string, conversation: string, draft: Pick<Draft, 'text' | 'attachments'>) {
  const restore = restorers.get(conversation)
  if (restore) return restore(draft)
  const local = readLocal(author, conversation) ?? fromServer(null)
  writeLocal(author, conversation, { ...local, mode: 'reply', reply: joined(draft, local.reply) })
}

function joined(first: Sheet, second: Sheet): Sheet {
  return { text: [first.text, second.text].filter((text) => text.trim()).join('\n\n'), attachments: [...first.attachments, ...second.attachments] }
}

export function useDraft(author: string, conversation: ConversationDetail) {
  const client = useQueryClient()
  const { id } = conversation
  const [draft, setDraft] = useState<LocalDraft>(() => readLocal(author, id) ?? fromServer(conversation.draft))
  const [restored, bump] = useReducer((count: number) => count + 1, 0)
  const latest = useRef(draft)
  const saver = useRef<DraftSaver>(null)
  saver.current ??= new DraftSaver(id, Math.max(draft.version, conversation.draft?.version ?? 0))

  const change = (update: (old: LocalDraft) => LocalDraft) => {
    latest.current = update(latest.current)
    setDraft(latest.current)
    saver.current?.later(latest.current)
  }

  useEffect(() => {
    const timer = setTimeout(() => writeLocal(author, id, draft), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [draft, author, id])

  useEffect(() => {
    const flush = () => writeLocal(author, id, { ...latest.current, version: saver.current?.version ?? 0 })
    window.addEventListener('pagehide', flush)
    restorers.set(id, (sheet) => {
      change((old) => ({ ...old, mode: 'reply', reply: joined(sheet, old.reply) }))
      bump()
    })
    return () => {
      window.removeEventListener('pagehide', flush)
      restorers.delete(id)
      flush()
      void saver.current?.flush()
      // What the cache holds is older than what was typed.
      void client.invalidateQueries({ queryKey: conversationQuery(id).queryKey, refetchType: 'none' })
    }
  }, [author, id])

  const sheet = draft[draft.mode]
  return {
    mode: draft.mode, ...sheet, restored, isBlank: isBlank(sheet),
    setMode: (mode: Mode) => change((old) => ({ ...old, mode })),
    setText: (text: string) => change((old) => ({ ...old, [old.mode]: { ...old[old.mode], text } })),
    addAttachment: (attachment: Attachment) => change((old) => ({ ...old, [old.mode]: { ...old[old.mode], attachments: [...old[old.mode].attachments, attachment] } })),
    removeAttachment: (gone: string) => change((old) => ({ ...old, [old.mode]: { ...old[old.mode], attachments: old[old.mode].attachments.filter((one) => one.id !== gone) } })),
    /** Sent: the sheet is empty, and so is the server's, which cleared it with the message. */
    clear: () => {
      latest.current = { ...latest.current, [latest.current.mode]: BLANK }
      setDraft(latest.current)
      writeLocal(author, id, latest.current)
      saver.current?.sent()
    },
  }
}

/** One save at a time, the latest text wins; a draft changed on another device only lends its version. */
class DraftSaver {
  private timer: ReturnType<typeof setTimeout> | undefined
  private waiting: LocalDraft | null = null
  private busy: Promise<void> = Promise.resolve()

  constructor(private readonly conversation: string, public version: number) {}

  later(draft: LocalDraft) {
    this.waiting = draft
    // Not pushed back by further typing: within two seconds the server has it.
    this.timer ??= setTimeout(() => void this.flush(), SERVER_MS)
  }

  flush() {
    clearTimeout(this.timer)
    this.timer = undefined
    const draft = this.waiting
    this.waiting = null
    if (draft) this.busy = this.busy.then(() => this.save(draft))
    return this.busy
  }

  sent() {
    clearTimeout(this.timer)
    this.timer = undefined
    this.waiting = null
    this.version = 0
    // A save that was under way would bring the sent text back as a draft.
    this.busy = this.busy.then(() => api.delete<void>(this.path)).catch(() => undefined).then(() => { this.version = 0 })
  }

  private get path() {
    return `conversations/${this.conversation}/draft`
  }

  private async save(draft: LocalDraft, again = true): Promise<void> {
    const sheet = draft[draft.mode]
    try {
      if (isBlank(sheet)) {
        if (this.version > 0) await api.delete(this.path)
        this.version = 0
        return
      }
      const body = { mode: draft.mode, text: sheet.text, attachments: sheet.attachments.map((one) => one.id), version: this.version }
      this.version = (await api.put<Draft>(this.path, body)).version
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409 || !again) return
      this.version = (await api.get<Draft | null>(this.path).catch(() => null))?.version ?? 0
      await this.save(draft, false)
    }
  }
}
