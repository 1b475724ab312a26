import { useQuery } from '@tanstack/react-query'
import { UserPlus, Users as UsersIcon } from 'lucide-react'
import { useState } from 'react'
import { Form } from 'react-aria-components'
import { api, ApiError } from '../../api/client'
import type { Locale, Role, User } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Avatar } from '../../ui/avatar'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { PasswordField, Select, TextField } from '../../ui/field'
import { sayFailure } from '../inbox/acts'
import { usersQuery } from '../inbox/queries'
import { useMe } from '../session/queries'
import { Listing } from './listing'
import { LANGUAGES } from './me'
import { useAct } from './use-act'

const ROLES: readonly Role[] = ['observer', 'agent', 'lead', 'administrator']

export function Users() {
  const { t } = useI18n()
  const me = useMe()
  const users = useQuery(usersQuery)
  const act = useAct(usersQuery.queryKey)
  const [adding, setAdding] = useState(false)
  const roles = ROLES.map((id) => ({ id, name: t(`role-${id}`) }))
  return (
    <>
      <div className="toolbar"><Button kind="primary" icon={<UserPlus size={15} aria-hidden="true" />} onPress={() => setAdding(true)}>{t('add-user')}</Button></div>
      <Listing query={users} empty={{ icon: UsersIcon, title: t('users-none') }}>
        {(items) => (
          <div className="table-frame">
            <table className="table table--stack" role="table">
              <caption className="visually-hidden">{t('settings-users')}</caption>
              <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">{t('field-name')}</th><th scope="col" role="columnheader">{t('role')}</th><th scope="col" role="columnheader"><span className="visually-hidden">{t('actions')}</span></th></tr></thead>
              <tbody role="rowgroup">
                {items.map((user) => (
                  <tr key={user.id} role="row" className={user.disabled_at ? 'table__muted' : undefined}>
                    <td role="cell">
                      <span className="table__name">
                        <Avatar name={user.name} size={28} />
                        <span><span className="table__strong">{user.name}</span><span className="table__sub">{user.email}</span></span>
                      </span>
                    </td>
                    <td role="cell">
                      {user.id === me.id || user.disabled_at
                        ? <span>{user.disabled_at ? t('disabled') : t(`role-${user.role}`)}</span>
                        : <Select label={t('role-of', { name: user.name })} hideLabel options={roles} value={user.role} onChange={(role) => void act(() => api.patch(`users/${user.id}`, { role }), t('role-changed', { name: user.name }))} />}
                    </td>
                    <td role="cell" className="table__acts">
                      {user.id !== me.id && (
                        <Button size="small" kind="quiet" aria-label={t(user.disabled_at ? 'enable-named' : 'disable-named', { name: user.name })} onPress={() => void act(() => api.patch(`users/${user.id}`, { disabled: !user.disabled_at }))}>
                          {t(user.disabled_at ? 'enable' : 'disable')}
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Listing>
      <Dialog title={t('add-user')} closeLabel={t('close-dialog')} isOpen={adding} onClose={() => setAdding(false)} wide>
        <UserForm onDone={() => { setAdding(false); void users.refetch() }} onCancel={() => setAdding(false)} />
      </Dialog>
    </>
  )
}

function UserForm({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const { t } = useI18n()
  const { workspace } = useMe()
  const [form, setForm] = useState({ name: '', email: '', role: 'agent' as Role, password: '', locale: workspace.locale })
  const [errors, setErrors] = useState<Record<string, string>>({})
  const save = async () => {
    const found: Record<string, string> = {}
    if (!form.name.trim()) found.name = t('field-required')
    if (!/^\S+@\S+$/.test(form.email.trim())) found.email = t('field-email-invalid')
    if (form.password.length < 12) found.password = t('password-short', { min: 12 })
    setErrors(found)
    if (Object.keys(found).length) return
    try {
      await api.post<User>('users', { ...form, name: form.name.trim(), email: form.email.trim() })
      onDone()
    } catch (failure) {
      if (failure instanceof ApiError && failure.field) setErrors({ [failure.field]: failure.message })
      else sayFailure(t, failure)
    }
  }
  const bind = (field: 'name' | 'email' | 'password') => ({ value: form[field], error: errors[field], onChange: (value: string) => setForm({ ...form, [field]: value }) })
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={(event) => { event.preventDefault(); void save() }}>
      <TextField label={t('field-name')} autoFocus autoComplete="off" {...bind('name')} />
      <TextField label={t('field-email')} type="email" autoComplete="off" {...bind('email')} />
      <Select label={t('role')} help={t(`role-${form.role}-help`)} options={ROLES.map((id) => ({ id, name: t(`role-${id}`) }))} value={form.role} onChange={(role) => setForm({ ...form, role: role as Role })} />
      <Select label={t('language')} options={LANGUAGES} value={form.locale} onChange={(locale) => setForm({ ...form, locale: locale as Locale })} />
      <PasswordField label={t('first-password')} help={t('first-password-help')} autoComplete="new-password" show={t('password-show')} hide={t('password-hide')} {...bind('password')} />
      <div className="dialog-form__foot">
        <Button onPress={onCancel}>{t('cancel')}</Button>
        <Button kind="primary" type="submit">{t('add-user')}</Button>
      </div>
    </Form>
  )
}
