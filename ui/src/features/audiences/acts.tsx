import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { CircleStop, Ellipsis, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api, ApiError } from '../../api/client'
import type { Audience } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button, IconButton } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Menu, MenuItem } from '../../ui/menu'
import { toast } from '../../ui/toast'
import { useCommands } from '../commands/store'
import { sayFailure } from '../inbox/acts'
import { audiencesIn, type Condition } from './condition'
import { leaving } from './live'
import { audienceQuery, audiencesQuery } from './queries'

interface Props { audience: Audience | null; dirty: boolean; busy: boolean; save: () => Promise<Audience | null> }
type Asking = 'withdraw' | 'delete' | null

export function Acts({ audience, dirty, busy, save }: Props) {
  const { t, format } = useI18n()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<Asking>(null)
  const [publishing, setPublishing] = useState(false)
  const namedDrafts = (of: Audience | null) => {
    const named = of ? audiencesIn(of.condition as Condition) : []
    return (client.getQueryData(audiencesQuery.queryKey) ?? []).filter(({ id, live }) => !live && named.includes(id)).map(({ name }) => name)
  }
  const publish = async () => {
    setPublishing(true)
    let saved = audience
    try {
      if (dirty || !audience) saved = await save()
      if (!saved) return
      client.setQueryData(audienceQuery(saved.id).queryKey, await api.post<Audience>(`audiences/${saved.id}/publication`))
      toast(t('audience-published'))
    } catch (error) {
      const drafts = namedDrafts(saved)
      if (error instanceof ApiError && error.field === 'condition' && drafts.length) toast(t('audience-publish-first', { names: format.list(drafts) }), { tone: 'danger' })
      else sayFailure(t, error)
    } finally {
      setPublishing(false)
      void client.invalidateQueries({ queryKey: audiencesQuery.queryKey })
    }
  }
  const gone = async () => {
    // First away: a page that is still there would ask for what is gone.
    await navigate({ to: '/audiences', ignoreBlocker: true })
    client.removeQueries({ queryKey: ['audience', audience!.id] })
    await client.invalidateQueries({ queryKey: audiencesQuery.queryKey })
  }
  useCommands(audience ? [
    ...(audience.live ? [{ id: 'audience-withdraw', label: t('audience-withdraw'), group: 'action' as const, run: () => setAsking('withdraw') }] : [{ id: 'audience-publish', label: t('audience-publish'), group: 'action' as const, run: () => void publish() }]),
    { id: 'audience-delete', label: t('audience-delete'), group: 'action', run: () => setAsking('delete') },
  ] : [])
  return (
    <div className="audience-head__acts">
      {!audience?.live && <Button isDisabled={busy || publishing} onPress={() => void publish()}>{t(dirty || !audience ? 'audience-save-publish' : 'audience-publish')}</Button>}
      <Button kind="primary" type="submit" form="audience-form" isDisabled={!dirty || busy || publishing}>{t('save')}</Button>
      {audience && (
        <Menu label={t('more')} trigger={<IconButton label={t('more')} icon={<Ellipsis size={18} aria-hidden="true" />} />}>
          {[
            ...(audience.live ? [<MenuItem key="withdraw" id="withdraw" icon={<CircleStop size={16} />} description={t('audience-withdraw-help')} onAction={() => setAsking('withdraw')}>{t('audience-withdraw')}</MenuItem>] : []),
            <MenuItem key="delete" id="delete" danger icon={<Trash2 size={16} />} onAction={() => setAsking('delete')}>{t('audience-delete')}</MenuItem>,
          ]}
        </Menu>
      )}
      {audience && <Question audience={audience} asking={asking} onClose={() => setAsking(null)} onDeleted={gone} />}
    </div>
  )
}

/** Both are refused while another audience names this one; then it says which. */
function Question({ audience, asking, onClose, onDeleted }: { audience: Audience; asking: Asking; onClose: () => void; onDeleted: () => Promise<void> }) {
  const { t, format } = useI18n()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [met, setMet] = useState<string | null>(null)
  const users = audience.used_by.length ? format.list(audience.used_by) : met
  const confirm = async () => {
    setBusy(true)
    if (asking === 'delete') leaving.add(audience.id)
    try {
      await api.delete(asking === 'delete' ? `audiences/${audience.id}` : `audiences/${audience.id}/publication`)
      onClose()
      if (asking === 'delete') await onDeleted()
      else await client.invalidateQueries({ queryKey: ['audience', audience.id] })
      void client.invalidateQueries({ queryKey: audiencesQuery.queryKey })
    } catch (error) {
      leaving.delete(audience.id)
      if (error instanceof ApiError && error.code === 'in_use') setMet(String(error.detail ?? ''))
      else sayFailure(t, error)
    } finally {
      setBusy(false)
    }
  }
  const act = t(asking === 'withdraw' ? 'audience-withdraw' : 'audience-delete')
  const text = users !== null ? t('audience-in-use', { names: users })
    : asking === 'withdraw' ? t('audience-withdraw-text', { name: audience.name, count: audience.members }) : t('audience-delete-text', { name: audience.name })
  return (
    <Dialog title={act} closeLabel={t('close-dialog')} isOpen={asking !== null} onClose={onClose}
      foot={<>
        <Button onPress={onClose}>{t(users === null ? 'cancel' : 'close-dialog')}</Button>
        {users === null && <Button kind="danger" isPending={busy} onPress={() => void confirm()}>{act}</Button>}
      </>}>
      <p>{text}</p>
    </Dialog>
  )
}
