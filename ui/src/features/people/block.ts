import { useQueryClient } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { Conversation, Person } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { offerUndo } from '../commands/undo'
import { sayFailure } from '../inbox/acts'
import { personName } from './person-name'

/** What somebody merely typed may be another's: only what surely leads to them can be blocked. */
export const canBlock = (person: Person) =>
  person.identities.some(({ kind, verified, source }) => kind === 'visitor' || (kind !== 'anonymous' && (verified || (source !== 'form' && source !== 'chat'))))

/** Blocks or unblocks a sender, with an undo. */
export function useBlock(person: Conversation['person']) {
  const client = useQueryClient()
  const { t } = useI18n()
  const path = `people/${person.id}/block`
  const name = personName(t, person)
  const put = () => api.put(path)
  const remove = () => api.delete(path)
  const change = async (act: () => Promise<unknown>) => {
    try {
      await act()
      await client.invalidateQueries({ queryKey: ['person', person.id] })
      return true
    } catch (error) {
      sayFailure(t, error)
      return false
    }
  }
  const run = async (act: () => Promise<unknown>, text: string, inverse: () => Promise<unknown>) => {
    if (await change(act)) offerUndo(text, t('undo'), () => void change(inverse))
  }
  return {
    block: () => void run(put, t('done-blocked', { name }), remove),
    unblock: () => void run(remove, t('done-unblocked', { name }), put),
  }
}
