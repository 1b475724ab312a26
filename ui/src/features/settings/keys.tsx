import { useQuery } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { Form } from 'react-aria-components'
import { api, ApiError } from '../../api/client'
import type { Key, KeyScope, NewKey, Page } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Checkbox, Select, TextField } from '../../ui/field'
import { sayFailure } from '../inbox/acts'
import { Confirm } from './card'
import { KeyMade } from './key-made'
import { Listing } from './listing'
import { useAct } from './use-act'

const KEY = ['keys']
/** Those of the API that can be given here; the operator's is given on the command line. */
const SCOPES = ['read', 'write', 'admin'] as const satisfies readonly KeyScope[]

export function Keys() {
  const { t, format } = useI18n()
  const keys = useQuery({ queryKey: KEY, queryFn: async () => (await api.get<Page<Key>>('keys', { limit: 200 })).items })
  const act = useAct(KEY)
  const [creating, setCreating] = useState(false)
  const [made, setMade] = useState<NewKey | null>(null)
  const [revoking, setRevoking] = useState<Key | null>(null)
  const add = <Button kind="primary" icon={<Plus size={15} aria-hidden="true" />} onPress={() => setCreating(true)}>{t('new-key')}</Button>
  return (
    <>
      {!!keys.data?.length && <div className="toolbar">{add}</div>}
      <Listing query={keys} empty={{ icon: KeyRound, title: t('keys-none'), text: t('keys-none-text'), action: add }}>
        {(items) => (
          <div className="table-frame">
            <table className="table">
              <caption className="visually-hidden">{t('settings-keys')}</caption>
              <thead><tr><th scope="col">{t('field-name')}</th><th scope="col">{t('scopes')}</th><th scope="col" className="table__wide">{t('last-used')}</th><th scope="col"><span className="visually-hidden">{t('actions')}</span></th></tr></thead>
              <tbody>
                {items.map((key) => (
                  <tr key={key.id}>
                    <td><span className="table__strong">{key.name}</span><span className="table__sub">{key.prefix}…</span></td>
                    <td>{format.list(key.scopes.map((scope) => t(`scope-${scope}`)))}</td>
                    <td className="table__wide">{key.last_used_at ? format.ago(key.last_used_at) : t('never')}</td>
                    <td className="table__acts"><Button size="small" aria-label={t('revoke-named', { name: key.name })} onPress={() => setRevoking(key)}>{t('revoke')}</Button></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Listing>
      <Dialog title={t('new-key')} closeLabel={t('close-dialog')} isOpen={creating} onClose={() => setCreating(false)}>
        <KeyForm onMade={(key) => { setCreating(false); setMade(key); void keys.refetch() }} onCancel={() => setCreating(false)} />
      </Dialog>
      <Dialog title={t('key-made')} closeLabel={t('close-dialog')} isOpen={made !== null} onClose={() => setMade(null)} wide={made?.scopes.includes('intake')}>
        {made && <KeyMade made={made} />}
      </Dialog>
      <Confirm
        title={t('revoke-key')} text={t('revoke-key-text', { name: revoking?.name ?? '' })} act={t('revoke-key')} isOpen={revoking !== null} onClose={() => setRevoking(null)}
        onConfirm={() => act(() => api.delete(`keys/${revoking!.id}`))}
      />
    </>
  )
}

function KeyForm({ onMade, onCancel }: { onMade: (key: NewKey) => void; onCancel: () => void }) {
  const { t } = useI18n()
  const [name, setName] = useState('')
  const [purpose, setPurpose] = useState('api')
  const [chosen, setScopes] = useState<KeyScope[]>(['read'])
  const scopes: KeyScope[] = purpose === 'events' ? ['intake'] : chosen
  const [error, setError] = useState<string | null>(null)
  const save = async () => {
    if (!name.trim()) return setError(t('field-required'))
    try {
      onMade(await api.post<NewKey>('keys', { name: name.trim(), scopes }))
    } catch (failure) {
      if (failure instanceof ApiError && failure.field === 'name') setError(failure.message)
      else sayFailure(t, failure)
    }
  }
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={(event) => { event.preventDefault(); void save() }}>
      <TextField label={t('field-name')} help={t('key-name-help')} value={name} onChange={(value) => { setError(null); setName(value) }} error={error} autoFocus maxLength={80} />
      <Select label={t('key-purpose')} value={purpose} onChange={setPurpose} help={t(`key-for-${purpose === 'events' ? 'events' : 'api'}-help`)}
        options={[{ id: 'api', name: t('key-for-api') }, { id: 'events', name: t('key-for-events') }]} />
      {purpose === 'api' && <fieldset className="plain-fieldset">
        <legend className="field__label">{t('scopes')}</legend>
        {SCOPES.map((scope) => (
          <Checkbox key={scope} label={t(`scope-${scope}`)} help={t(`scope-${scope}-help`)} isSelected={chosen.includes(scope)}
            onChange={(on) => setScopes((old) => SCOPES.filter((one) => (one === scope ? on : old.includes(one))))} />
        ))}
      </fieldset>}
      <div className="dialog-form__foot">
        <Button onPress={onCancel}>{t('cancel')}</Button>
        <Button kind="primary" type="submit" isDisabled={scopes.length === 0}>{t('create')}</Button>
      </div>
    </Form>
  )
}
