import { FileText, Globe, Mail, MessageCircle, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import './avatar.css'

const HUES = 6

/** Two letters: the first of the first and of the last word of a name. */
export function initials(name: string) {
  const words = name.replace(/[^\p{L}\p{N}\s-]/gu, '').split(/\s+/).filter(Boolean)
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0] ?? '?']
  return letters.map((word) => [...(word ?? '')][0] ?? '').join('').toLocaleUpperCase()
}

function hue(name: string) {
  let sum = 0
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) % 997
  return sum % HUES
}

interface Props { name: string; size?: 20 | 24 | 28 | 36 | 48; badge?: ReactNode }

export function Avatar({ name, size = 28, badge }: Props) {
  return (
    <span className={`avatar avatar--${size} avatar--hue-${hue(name)}`} aria-hidden="true">
      {/* Drawn, not text: initials are no part of a button's label (WCAG 2.5.3). */}
      <span className="avatar__letters" data-letters={initials(name)} />
      {badge && <span className="avatar__badge">{badge}</span>}
    </span>
  )
}

const GLYPHS: Record<string, LucideIcon> = { email: Mail, receiver: Mail, chat: MessageCircle, form: FileText }

export function ChannelGlyph({ kind, size = 12 }: { kind: string; size?: number }) {
  const Glyph = GLYPHS[kind] ?? Globe
  return <Glyph size={size} strokeWidth={size < 14 ? 2.2 : 1.8} aria-hidden="true" />
}
