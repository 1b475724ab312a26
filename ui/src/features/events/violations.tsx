import type { Violation } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { Translate } from '../../i18n/language'

const TYPES = { string: 'text', number: 'number', integer: 'whole', boolean: 'yes_no', array: 'list', object: 'object', null: 'null', 'date-time': 'date_time' } as const

/** What was expected, in the reader's words where it is a type. */
export function expectedWords(t: Translate, { rule, expected }: Violation): string {
  if (!expected || rule !== 'wrong_type') return expected ?? ''
  return expected.split(', ').map((one) => (one in TYPES ? t(`plan-type-${TYPES[one as keyof typeof TYPES]}`) : one)).join(' / ')
}

/** What was there: the server tells texts in quotes, and of lists and objects how much is in them. */
export function foundWords(t: Translate, { found }: Violation): string {
  if (!found) return ''
  const list = /^\[(\d+)\]$/.exec(found)
  if (list) return t('violation-list', { count: Number(list[1]) })
  const object = /^\{(\d+)\}$/.exec(found)
  if (object) return t('violation-object', { count: Number(object[1]) })
  const text = /^“(.*)”$/s.exec(found)
  if (text) return t('violation-text', { text: text[1]! })
  return found === 'null' ? t('plan-type-null') : found
}

/** One sentence of a violation. */
export const violationWords = (t: Translate, one: Violation) =>
  t(`violation-${one.rule}`, { property: one.property, expected: expectedWords(t, one), found: foundWords(t, one) })

export function Violations({ of }: { of: Violation[] }) {
  const { t } = useI18n()
  return of.map((one) => <p key={`${one.property} ${one.rule}`} className="card__warning">{one.property && <strong>{one.property} </strong>}{violationWords(t, one)}</p>)
}
