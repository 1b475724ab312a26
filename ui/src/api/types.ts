// The shapes of the API as the application uses them, held against the server's own description by contract.ts.

export type Locale = 'hu' | 'en'
export type Role = 'observer' | 'agent' | 'lead' | 'administrator'
export type Availability = 'available' | 'busy' | 'away'
export type Theme = 'system' | 'light' | 'dark'
export type Density = 'comfortable' | 'compact'
export type Status = 'new' | 'open' | 'waiting' | 'snoozed' | 'closed'
export type Priority = 'low' | 'normal' | 'high' | 'urgent'
export type ChannelKindName = 'email' | 'receiver' | 'chat' | 'form'
export type TagColor = 'teal' | 'apricot' | 'red' | 'plum' | 'blue' | 'green' | 'gray'
export type Order = 'newest' | 'oldest' | 'waiting' | 'priority'
export type PresenceState = 'viewing' | 'replying' | 'none'
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

export interface Page<T> { items: T[]; next: string | null }
export interface Ref { id: string; name: string }

export interface Workspace { id: string; name: string; locale: Locale; time_zone: string; send_undo_seconds: number }

export interface User {
  id: string; name: string; email: string; role: Role; locale: Locale; time_zone: string
  availability: Availability; teams: string[]; created_at: string; disabled_at: string | null
}

export interface Me extends User {
  theme: Theme; density: Density; single_keys: boolean; signature: string; shortcuts: Record<string, string>; skipped_steps: string[]; workspace: Workspace
}

export interface Session { id: string; created_at: string; last_seen_at: string; user_agent: string; current: boolean }
export interface Team { id: string; name: string; private: boolean; members: string[] }
export interface Tag { id: string; name: string; color: TagColor }

export interface ChannelHealth {
  state: 'ok' | 'waiting' | 'error' | 'off'
  last_in_at: string | null; last_out_at: string | null; error: string | null; error_at: string | null
}
export interface Channel {
  id: string; kind: ChannelKindName; name: string; enabled: boolean; team_id: string | null
  config: Record<string, Json>; key: string; addresses: string[]; health: ChannelHealth; created_at: string
}
export interface Text { hu: string; en: string }
export interface ChannelField {
  name: string; kind: 'text' | 'paragraph' | 'number' | 'secret' | 'choice' | 'bool' | 'list'
  label: Text; help: Text; required: boolean; choices: string[]; default: Json
}
export interface ChannelKind {
  kind: ChannelKindName; name: string; operator_only: boolean; fields: ChannelField[]
  can: { receive: boolean; send: boolean; hold: boolean; attachments: boolean; max_length: number | null }
}
export interface ChannelTest { ok: boolean; steps: { name: string; ok: boolean; detail: string }[] }

export type KeyScope = 'read' | 'write' | 'admin' | 'operator' | 'intake'
export interface Key { id: string; name: string; scopes: KeyScope[]; prefix: string; created_at: string; last_used_at: string | null }
export interface NewKey extends Key { secret: string }

export interface Identity { kind: 'email' | 'phone' | 'visitor' | 'external' | 'anonymous'; value: string; verified: boolean; source: string; added_at: string }
export interface Person {
  id: string; name: string | null; email: string | null; phone: string | null; locale: Locale | null
  created_at: string; last_seen_at: string | null; traits: Record<string, Json>; identities: Identity[]
  merged_into: string | null; blocked_at: string | null; open_conversations: number; conversation_count: number
}
export interface Actor { kind: string; id: string; name: string }
export interface TimelineItem {
  cursor: string; name: string; at: string; actor: Actor
  conversation: { id: string; number: string; subject: string } | null; payload: Record<string, Json>
}

export interface ChannelRef { id: string; kind: ChannelKindName; name: string }
export interface PersonRef { id: string; name: string | null; email: string | null }
export interface Conversation {
  id: string; number: string; subject: string; preview: string; status: Status; priority: Priority
  channel: ChannelRef; person: PersonRef
  assignee: Ref | null; team: Ref | null; tags: Tag[]; unread: boolean
  message_count: number; last_seq: number; last_message_kind: 'in' | 'out' | 'note'
  created_at: string; last_message_at: string; waiting_since: string | null
  snoozed_until: string | null; snoozed_until_reply: boolean; back_from_snooze: boolean
  closed_at: string | null; spam: boolean; version: number
}
export interface Participant { person: PersonRef; role: 'requester' | 'cc' | 'via'; address: string }
export interface Presence { user: Ref; state: 'viewing' | 'replying' }
export interface ConversationDetail extends Conversation {
  participants: Participant[]
  linked: { id: string; number: string; subject: string; reason: string }[]
  draft: Draft | null
  reply: { can: boolean; reason: string | null; to: string[]; channel: ChannelRef; hold_seconds: number; max_length: number | null }
  presence: Presence[]
}

export type DeliveryState =
  | 'held' | 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'bounced' | 'failed' | 'unknown' | 'cancelled'
export interface Delivery {
  state: DeliveryState; held_until: string | null
  recipients: { address: string; state: DeliveryState; reason: string | null; at: string }[]
}
export interface Attachment { id: string; name: string; media_type: string; size: number; inline: boolean; url: string }
export interface Message {
  id: string; seq: number; kind: 'in' | 'out' | 'note' | 'event'
  author: { kind: 'user' | 'person' | 'key' | 'system'; id: string | null; name: string }
  created_at: string; subject: string | null; text: string; quoted: string | null
  html: { url: string; height_hint: number; remote_images: boolean; url_with_images: string | null } | null
  to: string[]; cc: string[]; attachments: Attachment[]; delivery: Delivery | null
  match: { rule: string; detail: string } | null; automatic: boolean; sender_verified: boolean | null
  mentions: string[]; event: { name: string; payload: Record<string, Json> } | null; client_id: string | null
}
export interface Draft { mode: 'reply' | 'note'; text: string; attachments: Attachment[]; version: number; updated_at: string }
export interface View { key: string; count: number; team: Ref | null }
export interface Quarantined {
  id: string; channel: Ref; received_at: string; reason: string; from: string | null; subject: string | null
  size: number; attempts: number; state: 'quarantined' | 'released' | 'discarded'; conversation_id: string | null
}
export interface Job { id: string; kind: string; state: 'queued' | 'running' | 'dead'; run_at: string; attempts: number; last_error: string | null; created_at: string }
export interface AuditEntry {
  id: number; at: string; actor: Actor; action: string
  target: { kind: string; id: string; name: string } | null
  before: Json; after: Json; ip: string | null
}

/** `condition` is spelt out by features/audiences/condition.ts. */
export interface Audience {
  id: string; name: string; description: string; condition: object; text: string; live: boolean
  members: number; filling: boolean; used_by: string[]; created_at: string; changed_at: string
}
export interface AudiencePreview { checked: number; matching: number; sample: PersonRef[]; condition: object; text: string }
export interface AudienceMember extends PersonRef { since: string }
export interface Membership { id: string; name: string; since: string }
export interface WriteAudience { name?: string | null; description?: string | null; condition?: object | null; text?: string | null }

export interface NewMessage {
  kind?: 'reply' | 'note'; text: string; cc?: string[]; attachments?: string[]; mentions?: string[]
  close?: boolean; client_id?: string; seen_seq?: number; override?: boolean
}
export type BatchAct =
  | { kind: 'close' } | { kind: 'reopen' } | { kind: 'spam' } | { kind: 'assign'; user_id: string | null } | { kind: 'team'; team_id: string | null }
  | { kind: 'tag'; tag_id: string } | { kind: 'untag'; tag_id: string } | { kind: 'priority'; priority: Priority }
  | { kind: 'snooze'; until?: string; until_reply?: boolean }
export interface BatchRequest { ids?: string[]; filter?: { view: string; status?: Status; query?: string }; act: BatchAct }

export interface ApiErrorBody {
  error: { code: string; message: string; field?: string | null; detail?: Json; request_id: string }
}

/** `n` counts the frames of a connection. */
export type LiveServerMessage = { n?: number } & (
  | { type: 'hello'; cursor: string }
  | { type: 'fact'; cursor: string; name: string; conversation: string | null; person: string | null; at: string; actor: Omit<Actor, 'name'>; payload: Record<string, Json> }
  | { type: 'presence'; conversation: string; people: Presence[] }
  | { type: 'typing'; conversation: string; on: boolean }
  | { type: 'views'; views: Record<string, number> }
  | { type: 'reset'; cursor: string }
  | { type: 'storage'; read_only: boolean }
  | { type: 'ping' }
)
export type LiveFact = Extract<LiveServerMessage, { type: 'fact' }>

/** A call of an SDK, as it was seen. */
export interface SeenCall {
  number: number; received_at: string; at: string | null; key: string; kind: 'identify' | 'track' | 'page' | 'screen' | 'group' | 'alias' | null
  name: string | null; user_id: string | null; anonymous_id: string | null; person: string | null
  outcome: 'accepted' | 'duplicate' | 'refused' | 'set_aside'; refusal: { code: string; message: string } | null; warnings: string[]; body: Json
  violations: Violation[]; set_aside: string | null
}

/** What is not as the tracking plan says. */
export interface Violation { property: string; rule: ViolationRule; expected?: string | null; found?: string | null }
export type ViolationRule = 'missing' | 'wrong_type' | 'not_allowed' | 'pattern' | 'range' | 'unexpected' | 'unplanned' | 'retired'
export type PlanMode = 'observe' | 'warn' | 'set_aside'
export type UnplannedMode = 'allow' | PlanMode
export type PlannedKind = 'track' | 'identify' | 'group'
export type PlannedStatus = 'planned' | 'live' | 'retired'
/** The part of JSON Schema that a tracking plan is written in. */
export interface Schema {
  type?: string | string[]; description?: string; format?: string; enum?: Json[]; pattern?: string; minimum?: number; maximum?: number
  items?: Schema; properties?: Record<string, Schema>; required?: string[]; additionalProperties?: boolean
}
export interface PlannedEvent {
  id: string; kind: SeenCall['kind'] & string; name: string; description: string; status: PlannedStatus; mode: PlanMode | null; schema: Schema; changed_at: string
}
export interface TrackingPlan { version: number; mode: PlanMode; unplanned: UnplannedMode; events: PlannedEvent[] }
export interface WriteEvent { kind?: PlannedKind; name?: string; description?: string; status?: PlannedStatus; mode?: PlanMode | null; schema?: Schema }
export interface Proposal { kind: SeenCall['kind'] & string; name: string; seen: number; last_at: string; properties: { name: string; present: number }[]; schema: Schema }
export interface ImportReport { added: string[]; changed: string[]; unchanged: number; ignored: string[] }
export type Measure = 'calls' | 'duplicates' | 'refused' | 'set_aside' | 'violations' | 'unplanned' | 'invalid' | 'conflicts'
export interface Series { measure: Measure; subject: string; property: string; rule: string; total: number; counts: number[] }
export interface WaitingCalls { kind: SeenCall['kind'] & string; event: string; count: number; oldest: string }
export interface Quality { days: string[]; measures: Series[]; items: Series[]; waiting: WaitingCalls[]; more_waiting: boolean }
export interface QualitySample { id: string; day: string; received_at: string; person: string | null; call: string }
export interface RefusedCall {
  id: string; key: string; received_at: string; code: string; message: string; body: string; kind: SeenCall['kind']; event: string | null; violations: Violation[]; waiting: boolean; worked_at: string | null
}
export interface Replay { worked: number; refused: number; kept: number; next: string | null }

/** Where values of a person were met first. */
export interface GraphHome { id: string; created_at: string; name: string | null; identities: Identity[] }
export interface GraphEdge {
  id: number; one: string; other: string; reason: string; at: string; by: { kind: string; id: string; name: string }
  state: 'joins' | 'refused' | 'retracted'; limit: string | null; retracted_at: string | null
  retracted_by: { kind: string; id: string; name: string } | null; somebody_else: PersonRef | null
}
export interface PersonGraph { homes: GraphHome[]; edges: GraphEdge[] }
/** What came of joining two persons; taking `edge` back is the undo. */
export interface Merged { person: Person; edge: number | null; were_one: boolean }

export type ImportTarget = 'user_id' | 'email' | 'phone' | 'name' | 'first_name' | 'last_name' | 'locale' | 'created_at' | 'trait' | 'event' | 'time' | 'message_id' | 'property' | 'ignore'
export type ImportValueType = 'text' | 'number' | 'boolean' | 'date' | 'json'
/** What a column of a file becomes; `name` and `type` of traits and properties. */
export interface ImportColumn { as: ImportTarget; name?: string | null; type?: ImportValueType | null }
export interface ImportCounts { created: number; changed: number; unchanged: number; wrong: number }
export interface ImportError { line: number; code: string; message: string; field: string | null; raw: string }
export interface Import {
  id: string; name: string; size: number; kind: 'people' | 'facts'; state: 'ready' | 'checking' | 'running' | 'paused' | 'cancelled' | 'done'
  file: 'csv' | 'jsonl'; encoding: 'utf-8' | 'windows-1250' | 'iso-8859-2'; separator: 'comma' | 'semicolon' | 'tab'
  headers: string[]; columns: ImportColumn[]; event: string | null; counts: ImportCounts; progress: number
  reason: string | null; dry_run: { counts: ImportCounts; progress: number; first: ImportError[]; finished_at: string | null } | null
  created_by: { kind: string; id: string; name: string }; created_at: string; started_at: string | null; finished_at: string | null
}
export interface ImportPreviewRow {
  line: number; outcome: string
  person: { name: string | null; user_id: string | null; emails: string[]; phones: string[]; locale: string | null; traits: Record<string, Json> } | null
  fact: { who: string; event: string; at: string | null; properties: Record<string, Json> } | null
  wrong: ImportError | null
}
export interface ImportPreview { samples: string[][]; rows: ImportPreviewRow[] }
