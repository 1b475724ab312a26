import { useI18n } from '../../i18n/context'
import { Keys } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useMe } from '../session/queries'
import { SHORTCUTS } from './shortcuts'
import './palette.css'

export function ShortcutList({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useI18n()
  const me = useMe()
  return (
    <Dialog title={t('shortcuts')} closeLabel={t('close-dialog')} isOpen={isOpen} onClose={onClose} wide>
      {!me.single_keys && <p className="muted">{t('shortcuts-off')}</p>}
      <ul className="shortcuts">
        {SHORTCUTS.map(([keys, label]) => (
          <li key={keys} className="shortcuts__row">
            <span>{t(label)}</span>
            <Keys of={keys} />
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
