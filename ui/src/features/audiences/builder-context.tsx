import { createContext, use, type RefObject } from 'react'
import { useI18n } from '../../i18n/context'
import type { Gap, Part } from './model'
import type { useWords } from './words'

interface Builder {
  words: ReturnType<typeof useWords>
  /** The audience being edited: it cannot be its own condition. */
  self: string | null
  /** Empty until somebody tries to save. */
  gaps: Gap[]
  change: (id: string, change: (part: Part) => Part | null) => void
  add: (group: string, part: Part) => void
  /** The part that was added last takes the focus when it appears. */
  fresh: RefObject<string | null>
}

const Context = createContext<Builder | null>(null)
export const BuilderProvider = Context.Provider

export function useBuilder(): Builder {
  const builder = use(Context)
  if (!builder) throw new Error('a part of a condition outside its builder')
  return builder
}

/** What a field of a part lacks, in words. */
export function useGap(id: string) {
  const { t } = useI18n()
  const { gaps } = useBuilder()
  return (...fields: Gap['field'][]) => {
    const gap = gaps.find((one) => one.id === id && fields.includes(one.field))
    return gap ? t(`audience-gap-${gap.problem}`) : null
  }
}
