import { useI18n } from '../../i18n/context'
import type { MessageKey } from '../../i18n/keys.gen'
import { Keys } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { useMe } from '../session/queries'
import './palette.css'

const SHORTCUTS: [string, MessageKey][] = [
  ['Mod+K', 'palette'], ['/', 'search-list'],
  ['J', 'next'], ['K', 'previous'],
  ['Enter', 'open'], ['Esc', 'back'],
  ['X', 'mark'], ['Shift+J', 'mark-extend'],
  ['Mod+A', 'mark-all'], ['Z', 'undo-last'],
  ['R', 'reply'], ['N', 'note'],
  ['Mod+Enter', 'send'], ['Mod+Shift+Enter', 'send-and-close'],
  ['E', 'close'], ['Shift+E', 'reopen'],
  ['A', 'assign'], ['M', 'assign-me'],
  ['H', 'snooze'], ['L', 'tags'],
  ['P', 'priority'], ['S', 'status'],
  ['U', 'mark-unread'], ['I', 'customer-panel'],
  ['C', 'new-conversation'], ['?', 'shortcuts'],
  ['G I', 'go-inbox'], ['G C', 'go-customers'],
]

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
