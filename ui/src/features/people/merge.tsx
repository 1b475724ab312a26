import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { ArrowRight, GitMerge } from 'lucide-react'
import { useRef, useState } from 'react'
import { api } from '../../api/client'
import type { Merged, Person } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Skeleton } from '../../ui/state'
import { offerUndo } from '../commands/undo'
import { sayFailure } from '../inbox/acts'
import { LoadFailure } from '../shell/failure'
import { personName } from './person-name'
import { PersonPicker } from './person-picker'
import { PersonCard } from './person-card'
import { personQuery } from './queries'

/** Makes two customers one: whom with, what would come of it, and an undo. */
export function MergeButton({ person }: { person: Person }) {
  const { t } = useI18n()
  const trigger = useRef<HTMLButtonElement>(null)
  const [choosing, setChoosing] = useState(false)
  const [other, setOther] = useState<string | null>(null)
  return (
    <>
      <Button ref={trigger} icon={<GitMerge size={15} aria-hidden="true" />} onPress={() => setChoosing(true)}>{t('merge')}</Button>
      <PersonPicker label={t('merge-whom')} isOpen={choosing} triggerRef={trigger} except={person.id} onClose={() => setChoosing(false)} onChoose={setOther} />
      {other && <MergeDialog person={person} other={other} onClose={() => setOther(null)} />}
    </>
  )
}

function MergeDialog({ person, other: id, onClose }: { person: Person; other: string; onClose: () => void }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [busy, setBusy] = useState(false)
  const other = useQuery(personQuery(id))
  const path = `people/${person.id}/merge`
  const preview = useQuery({ queryKey: ['merge-preview', person.id, id], queryFn: () => api.post<Merged>(path, { person_id: id, preview: true }), gcTime: 0, staleTime: Infinity, retry: false })
  const readAgain = () => {
    for (const queryKey of [['person'], ['people'], ['timeline'], ['conversation'], ['conversations']]) void client.invalidateQueries({ queryKey })
  }
  const merge = async () => {
    setBusy(true)
    try {
      const done = await api.post<Merged>(path, { person_id: id })
      onClose()
      await navigate({ to: '/customers/$person', params: { person: done.person.id }, search: (old) => ({ ...old, tab: undefined }) as never })
      readAgain()
      if (done.edge === null) return
      const undo = async () => {
        await api.patch(`people/${done.person.id}/edges`, { edges: [done.edge], retracted: true })
        readAgain()
      }
      offerUndo(t('done-merged', { name: personName(t, done.person) }), t('undo'), () => void undo().catch((error: unknown) => sayFailure(t, error)))
    } catch (error) {
      sayFailure(t, error)
    } finally {
      setBusy(false)
    }
  }
  const after = preview.data?.person
  return (
    <Dialog title={t('merge-title')} closeLabel={t('close-dialog')} isOpen onClose={onClose} wide
      foot={<><Button onPress={onClose}>{t('cancel')}</Button><Button kind="primary" isDisabled={!after || preview.data?.were_one !== false} isPending={busy} onPress={() => void merge()}>{t('merge-act')}</Button></>}>
      <p className="muted">{t('merge-text')}</p>
      {(other.isError || preview.isError) && <LoadFailure error={other.error ?? preview.error} onRetry={() => { void other.refetch(); void preview.refetch() }} />}
      {other.data && after ? (
        <div className="merge" role="group" aria-label={t('merge-after')}>
          <div className="merge__two"><PersonCard person={person} /><PersonCard person={other.data} /></div>
          <ArrowRight size={20} aria-hidden="true" className="merge__arrow" />
          <div className="merge__one"><p className="merge__label">{t('merge-after')}</p><PersonCard person={after} /></div>
        </div>
      ) : !preview.isError && <Skeleton width="100%" height={120} />}
      {preview.data?.were_one && <p>{t('merge-same')}</p>}
    </Dialog>
  )
}
