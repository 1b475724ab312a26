import type { Json } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { Explanation } from './queries'

/** The figures that decided, in words. */
export function useBecause() {
  const { t, format } = useI18n()
  const said = (value: Json): string => {
    if (value === null || value === undefined) return t('audience-because-nothing')
    if (Array.isArray(value)) return value.map(said).join(', ')
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
    if (typeof value === 'number') return format.number(value)
    return typeof value === 'string' ? value : JSON.stringify(value)
  }
  const latest = (times: string[]) => times.slice(0, 3).map((at) => format.full(at)).join('; ')
  return ({ because, parts }: Explanation): string => {
    if (because.attribute) return because.attribute.value === null ? said(null) : t('audience-because-value', { value: said(because.attribute.value) })
    if (because.count) {
      const { found, or_more, latest: times } = because.count
      const count = t(or_more ? 'audience-because-or-more' : 'audience-because-count', { count: found })
      return times.length ? `${count} ${t('audience-because-latest', { times: latest(times) })}` : count
    }
    if (because.measure) return because.measure.value === null ? said(null) : t('audience-because-value', { value: said(because.measure.value) })
    if (because.sequence) return because.sequence.reached.length ? t('audience-because-reached', { count: because.sequence.reached.length, times: latest(because.sequence.reached) }) : t('audience-because-not-begun')
    if (because.member) return t(because.member.is_member ? 'audience-because-member' : 'audience-because-no-member')
    return because.parts ? t('audience-because-parts', { holding: because.parts.holding, of: parts?.length ?? 0 }) : ''
  }
}
