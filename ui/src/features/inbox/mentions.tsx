import { useQuery } from '@tanstack/react-query'
import { useId, useState, type KeyboardEvent, type RefObject } from 'react'
import { useI18n } from '../../i18n/context'
import { Avatar } from '../../ui/avatar'
import { usersQuery } from './queries'

const fold = (text: string) => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '')

/** The name being typed after an @ just before the caret. */
export function mentionAt(text: string, caret: number): { start: number; typed: string } | null {
  const match = /(?:^|[\s(])@([\p{L}\p{N}.-]{0,30}(?: [\p{L}\p{N}.-]{0,30})?)$/u.exec(text.slice(0, caret))
  return match ? { start: caret - match[1]!.length - 1, typed: match[1]! } : null
}

/** Colleagues to mention while an @ is being typed in a note. */
export function useMentions(field: RefObject<HTMLTextAreaElement | null>, text: string, setText: (text: string) => void, enabled: boolean) {
  const { t } = useI18n()
  const { data: users = [] } = useQuery(usersQuery)
  const [caret, setCaret] = useState(0)
  const [chosen, setChosen] = useState(0)
  const [dismissed, setDismissed] = useState<number | null>(null)
  const listId = useId()
  const at = enabled ? mentionAt(text, caret) : null
  const matches = at && at.start !== dismissed
    ? users.filter((user) => !user.disabled_at && fold(user.name).split(' ').concat(fold(user.name)).some((word) => word.startsWith(fold(at.typed)))).slice(0, 6)
    : []
  const index = Math.min(chosen, matches.length - 1)

  const insert = (name: string) => {
    if (!at) return
    const next = `${text.slice(0, at.start)}@${name} ${text.slice(caret)}`
    setText(next)
    const position = at.start + name.length + 2
    requestAnimationFrame(() => {
      field.current?.focus()
      field.current?.setSelectionRange(position, position)
      setCaret(position)
    })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!matches.length || !at) return false
    const acts: Record<string, () => void> = {
      ArrowDown: () => setChosen((index + 1) % matches.length),
      ArrowUp: () => setChosen((index + matches.length - 1) % matches.length),
      Enter: () => insert(matches[index]!.name),
      Tab: () => insert(matches[index]!.name),
      Escape: () => setDismissed(at.start),
    }
    const act = event.ctrlKey || event.metaKey ? undefined : acts[event.key]
    if (!act) return false
    event.preventDefault()
    act()
    return true
  }
  const open = matches.length > 0
  const popover = open && (
    <div className="mentions" role="listbox" id={listId} aria-label={t('mention-list')}>
      {matches.map((user, position) => (
        <div
          key={user.id} id={`${listId}-${position}`} role="option" aria-selected={position === index} className="menu__item" data-focused={position === index || undefined}
          onMouseDown={(event) => { event.preventDefault(); insert(user.name) }}
        >
          <Avatar name={user.name} size={20} />
          <span className="menu__text">{user.name}</span>
        </div>
      ))}
    </div>
  )
  return {
    popover, onKeyDown,
    fieldProps: {
      onSelect: (event: { currentTarget: HTMLTextAreaElement }) => setCaret(event.currentTarget.selectionStart),
      ...(open && { 'aria-controls': listId, 'aria-activedescendant': `${listId}-${index}`, 'aria-haspopup': 'listbox' as const, 'aria-autocomplete': 'list' as const }),
    },
    idsIn: (final: string) => users.filter((user) => final.includes(`@${user.name}`)).map((user) => user.id),
  }
}
