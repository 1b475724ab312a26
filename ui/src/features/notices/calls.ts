import type { Conversation, LiveFact, LiveServerMessage } from '../../api/types'
import { AGAIN_MS, passes } from '../live/read-again'

/** What calls somebody: a word in a conversation of their own, or their name in a note. */
export interface Call { cause: 'message' | 'mention'; by: string }

const GATHER_MS = 300
const BATCH = 100
/** After these a conversation may be more or less of somebody's concern. */
const MOVES = /^conversation\.(assigned|status_changed|closed|reopened|snoozed|woken|team_changed|marked_spam|unmarked_spam)$/

/** Why a fact may call the user. Of a message only the conversation tells whose it is. */
export function callOf(fact: Pick<LiveFact, 'name' | 'actor' | 'payload'>, me: string): Call | null {
  if (fact.name === 'message.received' && fact.payload.automatic !== true && fact.payload.blocked !== true) return { cause: 'message', by: fact.actor.id }
  if (fact.name === 'mention.added' && fact.payload.user === me && fact.actor.id !== me) return { cause: 'mention', by: fact.actor.id }
  return null
}

/** What was read meanwhile, here or elsewhere, calls nobody. */
export const reaches = (call: Call, row: Conversation, me: string) => call.cause === 'mention' || (row.assignee?.id === me && row.unread && !row.spam)

export function whatNeedsMe(mine: Conversation[], mentioned: Conversation[]): string[] {
  return [...new Set([...mine.filter((row) => row.unread), ...mentioned].map((row) => row.id))]
}

interface Hands {
  me: string
  read: (ids: string[]) => Promise<Conversation[]>
  tell: (call: Call, row: Conversation) => void
  /** Whether a conversation was among those that need the user. */
  counted: (id: string) => boolean
  recount: () => void
}

/** Gathers what happens in a moment, reads those conversations once, and tells what is of concern to the user. */
export function followCalls({ me, read, tell, counted, recount }: Hands) {
  const waiting = new Map<string, Call | null>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  const later = (ms: number) => {
    if (!stopped) timer ??= setTimeout(() => void flush(), ms)
  }
  const flush = async () => {
    timer = undefined
    const batch = [...waiting].slice(0, BATCH)
    for (const [id] of batch) waiting.delete(id)
    try {
      look(new Map(batch), await read(batch.map(([id]) => id)))
    } catch (error) {
      if (passes(error)) for (const [id, call] of batch) if (!waiting.get(id)) waiting.set(id, call)
    }
    if (waiting.size) later(AGAIN_MS)
  }
  const look = (batch: Map<string, Call | null>, rows: Conversation[]) => {
    let moved = false
    for (const row of rows) {
      const call = batch.get(row.id)
      moved ||= row.assignee?.id === me || counted(row.id) || call?.cause === 'mention'
      if (call && !stopped && reaches(call, row, me)) tell(call, row)
    }
    if (moved) recount()
  }
  const receive = (message: LiveServerMessage) => {
    if (message.type === 'reset') return recount()
    if (message.type !== 'fact' || !message.conversation) return
    const call = callOf(message, me)
    if (!call && !MOVES.test(message.name)) return
    // A mention says more than a message; one notice is enough for both.
    const known = waiting.get(message.conversation)
    waiting.set(message.conversation, known?.cause === 'mention' ? known : call ?? known ?? null)
    later(GATHER_MS)
  }
  const stop = () => {
    stopped = true
    clearTimeout(timer)
  }
  return { receive, stop }
}
