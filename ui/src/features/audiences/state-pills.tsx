import { LoaderCircle, PencilLine, Radio } from 'lucide-react'
import type { Audience } from '../../api/types'
import { useI18n } from '../../i18n/context'

export function StatePills({ audience }: { audience: Pick<Audience, 'live' | 'filling'> }) {
  const { t } = useI18n()
  if (!audience.live) return <span className="pill"><PencilLine size={12} aria-hidden="true" />{t('audience-draft')}</span>
  return (
    <>
      <span className="pill pill--ok"><Radio size={12} aria-hidden="true" />{t('audience-live')}</span>
      {audience.filling && <span className="pill pill--waiting"><LoaderCircle size={12} aria-hidden="true" className="audiences__turns" />{t('audience-filling')}</span>}
    </>
  )
}
