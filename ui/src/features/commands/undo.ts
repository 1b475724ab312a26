import { dismissToast, toast } from '../../ui/toast'

let last: { id: number; run: () => void } | null = null

/** Says what was done and offers to take it back, by the notice, by Z and in the palette. */
export function offerUndo(text: string, label: string, run: () => void) {
  const undo = () => {
    if (last?.id === id) last = null
    run()
  }
  const id = toast(text, { action: { label, run: undo, shortcut: 'Z' } })
  last = { id, run: undo }
}

export function undoLast() {
  if (!last) return false
  const { id, run } = last
  last = null
  dismissToast(id)
  run()
  return true
}
