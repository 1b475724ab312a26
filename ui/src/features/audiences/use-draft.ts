import { useState } from 'react'
import type { Audience, WriteAudience } from '../../api/types'
import type { Condition } from './condition'
import { emptyRoot, fromCondition, toCondition, type Root } from './model'
import type { Asked } from './queries'

export interface Fields { name: string; description: string; root: Root; text: string | null }

const rootOf = (audience: Audience | null) => (audience ? fromCondition(audience.condition as Condition) : emptyRoot())
const fieldsOf = (audience: Audience | null, text: string | null): Fields => ({ name: audience?.name ?? '', description: audience?.description ?? '', root: rootOf(audience), text })
const sent = (root: Root) => JSON.stringify(toCondition(root).condition)
const same = (a: Audience | null, b: Audience | null) => a?.name === b?.name && a?.description === b?.description && a?.text === b?.text

/**
 * What is being written of an audience. `text` is not null while the condition is written as text.
 * A colleague's change is taken over as long as there is nothing of one's own.
 */
export function useDraft(audience: Audience | null) {
  const [base, setBase] = useState(audience)
  const [fields, setFields] = useState(() => fieldsOf(audience, null))
  /** `sentFields`: what was sent to be saved; anything typed since then stays as it is, unsaved. */
  const rebase = (saved: Audience | null, sentFields?: Fields) => {
    setBase(saved)
    setFields((old) => {
      if (sentFields && old !== sentFields) return old
      const fresh = fieldsOf(saved, old.text === null ? null : saved?.text ?? '')
      // The same condition keeps its parts, and so the focus in them.
      return sent(old.root) === sent(fresh.root) ? { ...fresh, root: old.root } : fresh
    })
  }
  const made = toCondition(fields.root)
  const isOther = fields.text === null
    ? JSON.stringify(made.condition) !== sent(rootOf(base))
    : fields.text.trim() !== (base?.text ?? 'all of ()')
  const changes: WriteAudience = {
    ...(fields.name.trim() !== (base?.name ?? '') && { name: fields.name.trim() }),
    ...(fields.description.trim() !== (base?.description ?? '') && { description: fields.description.trim() }),
    ...(isOther && (fields.text === null ? { condition: made.condition } : { text: fields.text })),
  }
  const dirty = Object.keys(changes).length > 0
  const overtaken = audience !== null && !same(audience, base)
  if (overtaken && !dirty) rebase(audience)
  const asked: Asked | null = fields.text === null ? made.condition && { condition: made.condition } : fields.text.trim() ? { text: fields.text } : null
  return { fields, set: (change: Partial<Fields>) => setFields((old) => ({ ...old, ...change })), gaps: made.gaps, condition: made.condition, asked, changes, dirty, overtaken: overtaken && dirty, rebase }
}
export type Draft = ReturnType<typeof useDraft>
