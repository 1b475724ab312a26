import { useState, type KeyboardEvent } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import type { Me } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button, Keys } from '../../ui/button'
import { keyOf, type Bindings } from '../../ui/key-bindings'
import { keyName } from '../commands/keyboard'
import { MOVABLE, SHORTCUTS } from '../commands/shortcuts'
import { useUpdateMe } from '../session/queries'
import { SettingsCard } from './card'

const sorted = (bindings: Bindings) => JSON.stringify(Object.entries(bindings).sort())

/** Single keys can be moved or turned off (WCAG 2.1.4). */
export function ShortcutSettings({ me }: { me: Me }) {
  const { t } = useI18n()
  const update = useUpdateMe()
  const [form, setForm] = useState<Bindings>(me.shortcuts)
  const [listening, setListening] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const set = (usual: string, key: string) => {
    setListening(null)
    setProblem(null)
    setForm((old) => Object.fromEntries([...Object.entries(old).filter(([other]) => other !== usual), ...(key === usual ? [] : [[usual, key]])]))
  }
  const hear = (usual: string) => (event: KeyboardEvent) => {
    if (listening !== usual || event.key === 'Tab' || event.key === 'Shift') return
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'Escape') return setListening(null)
    const key = keyName(event.nativeEvent)
    // G begins the keys of two steps.
    if (!key || key === 'G' || !/^(Shift\+)?\S$/u.test(key)) return setProblem(t('shortcut-not-usable'))
    const owner = SHORTCUTS.find(([other]) => other !== usual && keyOf(other, form) === key)
    if (owner) return setProblem(t('shortcut-taken', { action: t(owner[1]) }))
    set(usual, key)
  }
  return (
    <SettingsCard title={t('shortcuts')} text={t('shortcuts-own-help')} dirty={sorted(form) !== sorted(me.shortcuts)} onSave={() => update({ shortcuts: form })}>
      <ul className="own-keys">
        {MOVABLE.map(([usual, label]) => {
          const now = keyOf(usual, form)
          const name = t(label)
          return (
            <li key={usual} className="own-keys__row">
              <span className="own-keys__label">{name}</span>
              <span onKeyDownCapture={hear(usual)} onBlur={() => setListening(null)}>
                <AriaButton className="own-keys__key" data-listening={listening === usual || undefined} aria-label={t('shortcut-change', { action: name, key: now || t('shortcut-none') })}
                  onPress={() => { setProblem(null); setListening(usual) }}>
                  {listening === usual ? t('shortcut-press') : now ? <Keys of={now} exactly /> : t('shortcut-none')}
                </AriaButton>
              </span>
              {now
                ? <Button kind="link" size="small" aria-label={t('shortcut-turn-off-named', { action: name })} onPress={() => set(usual, '')}>{t('shortcut-turn-off')}</Button>
                : <Button kind="link" size="small" aria-label={t('shortcut-restore-named', { action: name })} onPress={() => set(usual, usual)}>{t('shortcut-restore')}</Button>}
            </li>
          )
        })}
      </ul>
      <p role="status" className="field__error">{problem}</p>
      {Object.keys(form).length > 0 && <div><Button onPress={() => { setProblem(null); setForm({}) }}>{t('shortcuts-restore-all')}</Button></div>}
    </SettingsCard>
  )
}
