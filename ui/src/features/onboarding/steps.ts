import type { Channel } from '../../api/types'

export const STEPS = ['zone', 'channel', 'colleague', 'message', 'chat'] as const
export type Step = (typeof STEPS)[number]

/** What the workspace itself says about how far it is. */
export interface Facts {
  zone: string
  localZone: string
  channels: Channel[]
  colleagues: number
  conversations: number
}

/** Of two names of one zone the same. */
function canonical(zone: string) {
  return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
}

export function doneSteps({ zone, localZone, channels, colleagues, conversations }: Facts): Set<Step> {
  const done: Record<Step, boolean> = {
    // Of a workspace that is in use nobody asks where it is.
    zone: conversations > 0 || canonical(zone) === canonical(localZone),
    channel: channels.length > 0,
    colleague: colleagues > 1,
    message: conversations > 0,
    chat: channels.some((channel) => channel.kind === 'chat' && channel.health.last_in_at !== null),
  }
  return new Set(STEPS.filter((step) => done[step]))
}

/** What is left to do, in order. */
export const openSteps = (done: ReadonlySet<Step>, skipped: string[]) => STEPS.filter((step) => !done.has(step) && !skipped.includes(step))
