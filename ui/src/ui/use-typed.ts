import { useEffect, useRef, useState } from 'react'

const TYPING_MS = 250

/** Text that becomes part of the address after a short rest. What comes back from there does not overwrite what was typed since. */
export function useTyped(told: string, tell: (text: string) => void) {
  const [text, setText] = useState(told)
  const sent = useRef(told)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    if (told === sent.current) return
    sent.current = told
    clearTimeout(timer.current)
    setText(told)
  }, [told])
  useEffect(() => () => clearTimeout(timer.current), [])
  const change = (value: string) => {
    setText(value)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      sent.current = value.trim()
      tell(value.trim())
    }, TYPING_MS)
  }
  return [text, change] as const
}
