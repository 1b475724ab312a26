import { CircleAlert, X } from 'lucide-react'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Button, IconButton } from './button'
import './toast.css'

export interface Toast {
  id: number
  text: string
  tone: 'plain' | 'danger'
  action?: { label: string; run: () => void; shortcut?: string }
  detail?: string | null
}

let toasts: Toast[] = []
let nextId = 1
const listeners = new Set<() => void>()
const emit = () => listeners.forEach((listener) => listener())

export function toast(text: string, options: Partial<Omit<Toast, 'id' | 'text'>> = {}) {
  const id = nextId++
  // Three at most: an older notice of the same tone gives way.
  toasts = [...toasts.slice(-2), { id, text, tone: 'plain', ...options }]
  emit()
  return id
}

export function dismissToast(id: number) {
  toasts = toasts.filter((entry) => entry.id !== id)
  emit()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Toasts({ label, closeLabel }: { label: string; closeLabel: string }) {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <section className="toasts" aria-label={label}>
      <div role="status" aria-live="polite">
        {shown.filter((entry) => entry.tone === 'plain').map((entry) => <Item key={entry.id} toast={entry} closeLabel={closeLabel} />)}
      </div>
      <div role="alert">
        {shown.filter((entry) => entry.tone === 'danger').map((entry) => <Item key={entry.id} toast={entry} closeLabel={closeLabel} />)}
      </div>
    </section>
  )
}

const SHOWN_FOR = 8_000

function Item({ toast: { id, text, tone, action, detail }, closeLabel }: { toast: Toast; closeLabel: string }) {
  const [held, setHeld] = useState(false)
  const left = useRef(tone === 'danger' ? SHOWN_FOR * 2 : SHOWN_FOR)
  useEffect(() => {
    if (held) return
    const started = Date.now()
    const timer = setTimeout(() => dismissToast(id), left.current)
    return () => {
      clearTimeout(timer)
      left.current = Math.max(2_000, left.current - (Date.now() - started))
    }
  }, [held, id])
  const hold = { onMouseEnter: () => setHeld(true), onMouseLeave: () => setHeld(false), onFocus: () => setHeld(true), onBlur: () => setHeld(false) }
  return (
    <div className={`toast toast--${tone}`} {...hold}>
      {tone === 'danger' && <CircleAlert size={17} aria-hidden="true" className="toast__icon" />}
      <p className="toast__text">
        {text}
        {detail && <span className="toast__detail">{detail}</span>}
      </p>
      {action && (
        <Button kind="link" size="small" shortcut={action.shortcut} onPress={() => { dismissToast(id); action.run() }}>{action.label}</Button>
      )}
      <IconButton size="small" label={closeLabel} icon={<X size={15} aria-hidden="true" />} onPress={() => dismissToast(id)} />
    </div>
  )
}
