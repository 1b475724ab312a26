import type { MessageKey } from '../../i18n/keys.gen'

/** All keys by their usual place, in the order they are listed. */
export const SHORTCUTS: [string, MessageKey][] = [
  ['Mod+K', 'palette'], ['/', 'search-list'],
  ['J', 'next'], ['K', 'previous'],
  ['Enter', 'open'], ['Esc', 'back'],
  ['X', 'mark'], ['Shift+J', 'mark-extend'],
  ['Mod+A', 'mark-all'], ['Z', 'undo-last'],
  ['R', 'reply'], ['N', 'note'],
  ['F', 'forward'], ['C', 'new-conversation'],
  ['Mod+Enter', 'send'], ['Mod+Shift+Enter', 'send-and-close'],
  ['E', 'close'], ['Shift+E', 'reopen'],
  ['A', 'assign'], ['M', 'assign-me'],
  ['H', 'snooze'], ['L', 'tags'],
  ['P', 'priority'], ['S', 'status'],
  ['U', 'mark-unread'], ['I', 'customer-panel'],
  ['G I', 'go-inbox'], ['G C', 'go-customers'], ['G S', 'go-audiences'],
  ['?', 'shortcuts'],
]

/** Those a person may move: single characters, with Shift or without. */
export const MOVABLE = SHORTCUTS.filter(([keys]) => /^(Shift\+)?.$/u.test(keys))
