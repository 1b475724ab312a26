// The shapes of types.ts against those the server describes. Only the compiler reads this; `npm run api` renews schema.gen.ts.
import type { components } from './schema.gen'
import type * as Shapes from './types'

type Schemas = components['schemas']
/** What the description leaves open (`object`) fits everything. */
type Open<T> = T extends Record<string, never> ? unknown : T extends (infer Item)[] ? Open<Item>[] : T extends object ? { [K in keyof T]: Open<T[K]> } : T
type Same<A, B> = [Exclude<A, B>, Exclude<B, A>] extends [never, never] ? true : never
/** A field that may be null there must be allowed to be null here. */
type Nulls<Ours, Theirs> = { [K in keyof Ours & keyof Theirs]: null extends Theirs[K] ? (null extends Ours[K] ? never : K) : never }[keyof Ours & keyof Theirs]

type Fits<Ours, Theirs> =
  Same<keyof Ours, keyof Theirs> extends true ? Ours extends Open<Theirs> ? [Nulls<Ours, Theirs>] extends [never] ? true : Nulls<Ours, Theirs> : 'a field differs' : [Exclude<keyof Ours, keyof Theirs>, Exclude<keyof Theirs, keyof Ours>]
/** What is sent has no field that the server would refuse. */
type Sends<Ours, Theirs> = Same<keyof Ours, keyof Theirs> extends true ? Ours extends Theirs ? true : 'a field differs' : Exclude<keyof Ours, keyof Theirs>

export type Contract = {
  workspace: Fits<Shapes.Workspace, Schemas['Workspace']>
  user: Fits<Shapes.User, Schemas['User']>
  me: Fits<Shapes.Me, Schemas['Me']>
  session: Fits<Shapes.Session, Schemas['Session']>
  team: Fits<Shapes.Team, Schemas['Team']>
  tag: Fits<Shapes.Tag, Schemas['Tag']>
  channel: Fits<Shapes.Channel, Schemas['ChannelView']>
  channelKind: Fits<Shapes.ChannelKind, Schemas['ChannelKind']>
  channelField: Fits<Shapes.ChannelField, Schemas['Field']>
  key: Fits<Shapes.Key, Schemas['Key']>
  person: Fits<Shapes.Person, Schemas['Person']>
  identity: Fits<Shapes.Identity, Schemas['Identity']>
  timelineItem: Fits<Shapes.TimelineItem, Schemas['TimelineItem']>
  conversation: Fits<Shapes.Conversation, Schemas['ConversationView']>
  detail: Fits<Shapes.ConversationDetail, Schemas['ConversationDetail']>
  message: Fits<Shapes.Message, Schemas['MessageView']>
  attachment: Fits<Shapes.Attachment, Schemas['AttachmentView']>
  delivery: Fits<Shapes.Delivery, Schemas['Delivery']>
  draft: Fits<Shapes.Draft, Schemas['Draft']>
  view: Fits<Shapes.View, Schemas['View']>
  quarantined: Fits<Shapes.Quarantined, Schemas['Quarantined']>
  job: Fits<Shapes.Job, Schemas['JobView']>
  auditEntry: Fits<Shapes.AuditEntry, Schemas['AuditEntry']>
  audience: Fits<Shapes.Audience, Schemas['AudienceView']>
  audiencePreview: Fits<Shapes.AudiencePreview, Schemas['PreviewView']>
  audienceMember: Fits<Shapes.AudienceMember, Schemas['MemberView']>
  membership: Fits<Shapes.Membership, Schemas['Membership']>
  graph: Fits<Shapes.PersonGraph, Schemas['Graph']>
  merged: Fits<Shapes.Merged, Schemas['Merged']>
  seenCall: Fits<Shapes.SeenCall, Schemas['SeenCall']>
  plannedEvent: Fits<Omit<Shapes.PlannedEvent, 'schema'>, Omit<Schemas['PlannedEvent'], 'schema'>>
  trackingPlan: Fits<Omit<Shapes.TrackingPlan, 'events'>, Omit<Schemas['PlanView'], 'events'>>
  writeEvent: Sends<Omit<Shapes.WriteEvent, 'schema'>, Omit<Schemas['WriteEvent'], 'schema'>>
  proposal: Fits<Omit<Shapes.Proposal, 'schema'>, Omit<Schemas['Proposal'], 'schema'>>
  importReport: Fits<Shapes.ImportReport, Schemas['ImportReport']>
  quality: Fits<Shapes.Quality, Schemas['Quality']>
  qualitySample: Fits<Shapes.QualitySample, Schemas['QualitySample']>
  refusedCall: Fits<Shapes.RefusedCall, Schemas['RefusedCall']>
  replay: Fits<Shapes.Replay, Schemas['ReplayView']>
  import: Fits<Shapes.Import, Schemas['ImportView']>
  importPreview: Fits<Shapes.ImportPreview, Schemas['ImportPreview']>
  importError: Fits<Shapes.ImportError, Schemas['ImportError']>
  writeAudience: Sends<Omit<Shapes.WriteAudience, 'condition'>, Omit<Schemas['WriteAudience'], 'condition'>>
  newMessage: Sends<Shapes.NewMessage, Schemas['NewMessage']>
  batch: Sends<Shapes.BatchRequest, Schemas['NewBatch']>
  batchFilter: Sends<NonNullable<Shapes.BatchRequest['filter']>, Schemas['Filter']>
}

type Holds<T extends Record<keyof T, true>> = T
export type Checked = Holds<Contract>
