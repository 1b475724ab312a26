/** What the collection says of a call, by its code (crates/connect). */
const CODES = [
  'no_user_anon_id', 'no_event', 'no_group_id', 'bad_group_id', 'bad_id', 'bad_message_id', 'blocked_id', 'unknown_type', 'too_large', 'too_many', 'too_many_fields',
  'no_batch', 'empty_batch', 'invalid_json', 'invalid_gzip', 'no_message_id', 'many_fields', 'self_alias', 'merge_refused', 'kept_apart',
  'sent_at_unbelievable', 'in_the_future', 'too_long_ago', 'invalid_email', 'invalid_phone', 'shared_email', 'shared_phone',
  'plan_violation', 'unplanned_event', 'retired_event', 'unreadable',
] as const

/** The key of the words for a code; null for one that this screen does not know. */
export function wordsOf(code: string) {
  const known = CODES.find((one) => one === code || (one === 'merge_refused' && code.startsWith('merge_refused_')))
  return known ? (`call-${known}` as const) : null
}
