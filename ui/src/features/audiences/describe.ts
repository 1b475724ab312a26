import { useQuery } from '@tanstack/react-query'
import { useI18n } from '../../i18n/context'
import type { Format } from '../../i18n/format'
import type { Translate } from '../../i18n/language'
import type { Part, WindowFields } from './model'
import { print } from './print'
import { audiencesQuery } from './queries'
import type { ValueTest } from './value-test'
import { shownEvent } from './words'

/** A part in a sentence of the reader's language. */
export function usePartWords() {
  const { t, format } = useI18n()
  const { data: audiences = [] } = useQuery(audiencesQuery)
  const nameOf = (id: string) => audiences.find((one) => one.id === id)?.name ?? null
  return (part: Part) => describe(t, format, part, nameOf)
}

function describe(t: Translate, format: Format, part: Part, audienceName: (id: string) => string | null): string {
  switch (part.kind) {
    case 'group': return t(`audience-how-${part.how}`)
    case 'attribute': return spaced(part.name, testWords(t, format, part.test))
    case 'member': return spaced(t('audience-member'), audienceName(part.audience) ?? part.audience)
    case 'kept': return print(part.condition, audienceName)
    case 'event': {
      const counted = part.times !== 'did' && part.times !== 'did_not' ? spaced(part.count, t('audience-times-word')) : ''
      const where = part.where.map((row) => spaced(row.property, testWords(t, format, row.test))).join(` ${t('audience-and')} `)
      return spaced(t(`audience-times-${part.times}`), counted, shownEvent(part.name), windowWords(t, format, part.window), where && `${t('audience-where')} ${where}`)
    }
  }
}

const spaced = (...words: string[]) => words.filter(Boolean).join(' ')
const dayOf = (format: Format, date: string) => (date ? format.short(`${date}T12:00:00`) : '')

function testWords(t: Translate, format: Format, { op, value, to, unit, values }: ValueTest) {
  const word = t(`audience-op-${op}`)
  switch (op) {
    case 'is': case 'is_not': case 'contains': case 'starts_with': return spaced(word, value && t('audience-quoted', { text: value }))
    case 'one_of': return spaced(word, values.map((text) => t('audience-quoted', { text })).join(', '))
    case 'one_of_numbers': return spaced(word, values.join(', '))
    case 'between': return spaced(word, value, t('audience-and'), to)
    case 'before': case 'after': return spaced(word, dayOf(format, value))
    case 'within_last': case 'within_next': return spaced(word, value, t(`audience-unit-${unit}`))
    case 'anniversary': return spaced(word, value, t('audience-days'))
    case 'equals': case 'differs': case 'less_than': case 'at_most': case 'more_than': case 'at_least': return spaced(word, value)
    default: return word
  }
}

function windowWords(t: Translate, format: Format, { kind, count, unit, from, before }: WindowFields) {
  if (kind === 'ever') return ''
  if (kind === 'last') return spaced(t('audience-window-last'), count, t(`audience-unit-${unit}`))
  if (kind !== 'between') return t(`audience-window-${kind}`)
  return spaced(from && t('audience-window-from'), dayOf(format, from), before && t('audience-window-before'), dayOf(format, before))
}
