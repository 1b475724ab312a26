import { useState, type KeyboardEvent, type PointerEvent } from 'react'
import './resizer.css'

interface Props { label: string; width: number; min: number; max: number; onResize: (width: number) => void; reverse?: boolean }

/** The border between two panes, dragged or moved by the arrow keys. */
export function Resizer({ label, width, min, max, onResize, reverse }: Props) {
  const [from, setFrom] = useState<{ x: number; width: number } | null>(null)
  const clamp = (value: number) => Math.round(Math.min(max, Math.max(min, value)))
  const sign = reverse ? -1 : 1
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowLeft: -16 * sign, ArrowRight: 16 * sign }
    const step = steps[event.key]
    if (step) onResize(clamp(width + step))
    else if (event.key === 'Home') onResize(min)
    else if (event.key === 'End') onResize(max)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const onPointerDown = (event: PointerEvent) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    setFrom({ x: event.clientX, width })
  }
  return (
    <div
      role="separator" aria-orientation="vertical" aria-label={label} tabIndex={0}
      aria-valuenow={width} aria-valuemin={min} aria-valuemax={max} className={`resizer${reverse ? ' resizer--start' : ''}`}
      onKeyDown={onKeyDown} onPointerDown={onPointerDown} onPointerUp={() => setFrom(null)}
      onPointerMove={(event) => from && onResize(clamp(from.width + (event.clientX - from.x) * sign))}
    />
  )
}
