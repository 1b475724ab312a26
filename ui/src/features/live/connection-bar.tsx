import { WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useI18n } from '../../i18n/context'
import { useLiveStatus } from './store'

const PATIENCE = 1_500

/** Says so when the line is gone; a blink of a reconnection is nobody's business. */
export function ConnectionBar() {
  const { t } = useI18n()
  const lost = useLiveStatus() === 'lost'
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(lost), lost ? PATIENCE : 0)
    return () => clearTimeout(timer)
  }, [lost])
  return (
    <div role="status">
      {shown && <p className="connection"><WifiOff size={16} aria-hidden="true" />{t('connection-lost')}</p>}
    </div>
  )
}
