import { useQueryClient } from '@tanstack/react-query'
import { useI18n } from '../../i18n/context'
import { toast } from '../../ui/toast'
import { sayFailure } from '../inbox/acts'

/** Runs a small act, reads the list again, and says how it went. */
export function useAct(queryKey: readonly unknown[]) {
  const client = useQueryClient()
  const { t } = useI18n()
  return async (request: () => Promise<unknown>, done?: string) => {
    try {
      await request()
      if (done) toast(done)
    } catch (error) {
      sayFailure(t, error)
    }
    await client.invalidateQueries({ queryKey })
  }
}
