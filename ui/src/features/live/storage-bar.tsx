import { HardDrive } from 'lucide-react'
import { useI18n } from '../../i18n/context'
import { useMe } from '../session/queries'
import { useReadOnly } from './store'

/** Nobody should find out by a failed answer; who can do something about it is told what. */
export function StorageBar() {
  const { t } = useI18n()
  const me = useMe()
  const readOnly = useReadOnly()
  return (
    <div role="status">
      {readOnly && (
        <p className="connection">
          <HardDrive size={16} aria-hidden="true" />
          {t(me.role === 'administrator' ? 'storage-full-administrator' : 'storage-full')}
        </p>
      )}
    </div>
  )
}
