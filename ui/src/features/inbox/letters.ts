import { useEffect, useRef, useState } from 'react'
import type { Attachment } from '../../api/types'

/** A first letter while it is written. A channel of null is the usual one. */
export interface Letter { channel: string | null; to: string; subject: string; text: string; files: Attachment[] }

/** Whose it is, where, and what it begins with: the message that is passed on, or nothing. */
export interface LetterPlace { workspace: string; author: string; about: string }

const PAUSE_MS = 300
const WORDS = ['to', 'subject', 'text'] as const

const storageKey = ({ workspace, author, about }: LetterPlace) => `kapocs.letter.${workspace}.${author}.${about}`

export function readLetter(place: LetterPlace): Letter | null {
  try {
    const stored = JSON.parse(localStorage.getItem(storageKey(place)) ?? 'null') as Letter | null
    return stored && WORDS.every((name) => typeof stored[name] === 'string') && Array.isArray(stored.files) ? stored : null
  } catch {
    return null
  }
}

export function isTouched(letter: Letter, begun: Letter) {
  const names = (files: Attachment[]) => files.map((file) => file.id).join()
  return WORDS.some((name) => letter[name] !== begun[name]) || letter.channel !== begun.channel || names(letter.files) !== names(begun.files)
}

/** What nobody changed is not kept: it can be had again. */
export function keepLetter(place: LetterPlace, letter: Letter, begun: Letter) {
  try {
    if (isTouched(letter, begun)) localStorage.setItem(storageKey(place), JSON.stringify(letter))
    else dropLetter(place)
  } catch {
    // A full or forbidden storage: it lives as long as its dialog.
  }
}

export const dropLetter = (place: LetterPlace) => localStorage.removeItem(storageKey(place))

/** A letter that is there again when its dialog was closed, until it is sent or thrown away. */
export function useLetter(at: LetterPlace, beginning: Letter) {
  // Those of the moment it was opened: a dialog on its way out no longer knows which message it passed on.
  const [{ place, begun }] = useState({ place: at, begun: beginning })
  const [letter, setLetter] = useState(() => readLetter(place) ?? begun)
  const latest = useRef<Letter | null>(letter)

  useEffect(() => {
    const timer = setTimeout(() => latest.current && keepLetter(place, letter, begun), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [letter])

  useEffect(() => {
    const flush = () => latest.current && keepLetter(place, latest.current, begun)
    window.addEventListener('pagehide', flush)
    return () => {
      window.removeEventListener('pagehide', flush)
      flush()
    }
  }, [])

  return {
    letter, touched: isTouched(letter, begun),
    change: (part: Partial<Letter>) => {
      const next = { ...(latest.current ?? letter), ...part }
      if (latest.current) latest.current = next
      setLetter(next)
    },
    /** Sent or thrown away; the way back out of the latter. */
    drop: () => {
      latest.current = null
      dropLetter(place)
      return () => keepLetter(place, letter, begun)
    },
  }
}
