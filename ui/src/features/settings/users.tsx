import { useQuery } from '@tanstack/react-query'
import { Pencil, UserPlus, Users as UsersIcon } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import type { User } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Avatar } from '../../ui/avatar'
import { Button, IconButton } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Select } from '../../ui/field'
import { usersQuery } from '../inbox/queries'
import { useMe } from '../session/queries'
import { Listing } from './listing'
import { useAct } from './use-act'
import { NewUserForm, ROLES, UserForm } from './user-form'

export function Users() {
  const { t } = useI18n()
  const users = useQuery(usersQuery)
  const act = useAct(usersQuery.queryKey)
  const [adding, setAdding] = useState(false)
  const [editing, setEditing] = useState<User | null>(null)
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
                {items.map((user) => <UserRow key={user.id} user={user} act={act} onEdit={() => setEditing(user)} />)}
              </tbody>
            </table>
          </div>
        )}
      </Listing>
      <Dialog title={t('add-user')} closeLabel={t('close-dialog')} isOpen={adding} onClose={() => setAdding(false)} wide>
        <NewUserForm onDone={() => { setAdding(false); void users.refetch() }} onCancel={() => setAdding(false)} />
      </Dialog>
      <Dialog title={t('edit-user')} closeLabel={t('close-dialog')} isOpen={editing !== null} onClose={() => setEditing(null)}>
        {editing && <UserForm user={editing} onDone={() => { setEditing(null); void users.refetch() }} onCancel={() => setEditing(null)} />}
      </Dialog>
    </>
  )
}

function UserRow({ user, act, onEdit }: { user: User; act: ReturnType<typeof useAct>; onEdit: () => void }) {
  const { t } = useI18n()
  const me = useMe()
  const roles = ROLES.map((id) => ({ id, name: t(`role-${id}`) }))
  return (
    <tr role="row" className={user.disabled_at ? 'table__muted' : undefined}>
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
          <>
            <IconButton size="small" label={t('edit-named', { name: user.name })} icon={<Pencil size={15} aria-hidden="true" />} onPress={onEdit} />
            <Button size="small" kind="quiet" aria-label={t(user.disabled_at ? 'enable-named' : 'disable-named', { name: user.name })} onPress={() => void act(() => api.patch(`users/${user.id}`, { disabled: !user.disabled_at }))}>
              {t(user.disabled_at ? 'enable' : 'disable')}
            </Button>
          </>
        )}
      </td>
    </tr>
  )
}
