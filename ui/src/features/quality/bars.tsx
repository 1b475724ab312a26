import { useI18n } from '../../i18n/context'

const WIDTH = 8
const GAP = 2

interface Props { name: string; days: string[]; counts: number[]; height?: number; tone?: 'plain' | 'bad' }

/** Thirty days as bars. Each bar says its day and number; without sight the whole is one sentence. */
export function Bars({ name, days, counts, height = 40, tone = 'plain' }: Props) {
  const { t, format } = useI18n()
  const most = Math.max(1, ...counts)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const day = (at: number) => format.short(`${days[at]}T12:00:00`)
  const peak = counts.indexOf(Math.max(...counts))
  const label = total ? t('quality-bars', { name, total: format.number(total), day: day(peak), most: format.number(counts[peak]!) }) : t('quality-bars-none', { name })
  return (
    <svg className={`bars bars--${tone}`} viewBox={`0 0 ${counts.length * (WIDTH + GAP) - GAP} ${height}`} preserveAspectRatio="none" style={{ height }} role="img" aria-label={label}>
      {counts.map((count, at) => {
        const tall = count ? Math.max(3, (count / most) * height) : 1
        return (
          <rect key={days[at]} x={at * (WIDTH + GAP)} y={height - tall} width={WIDTH} height={tall} className={count ? undefined : 'bars__none'}>
            <title>{t('quality-bar', { day: day(at), count: format.number(count) })}</title>
          </rect>
        )
      })}
    </svg>
  )
}
