import { useBlocker } from '@tanstack/react-router'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'

/** Asks before unsaved changes are left; `samePage`: other parameters of the same address do not leave them. */
export function LeaveGuard({ dirty, samePage }: { dirty: boolean; samePage?: boolean }) {
  const { t } = useI18n()
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && !(samePage && current.pathname === next.pathname), enableBeforeUnload: () => dirty, withResolver: true,
  })
  const asks = blocker.status === 'blocked'
  return (
    <Dialog title={t('leave-title')} closeLabel={t('close-dialog')} isOpen={asks} onClose={() => blocker.reset?.()}
      foot={<><Button onPress={() => blocker.reset?.()}>{t('leave-stay')}</Button><Button kind="danger" onPress={() => blocker.proceed?.()}>{t('leave-discard')}</Button></>}>
      <p>{t('leave-text')}</p>
    </Dialog>
  )
}
