import { useQuery } from '@tanstack/react-query'
import { Lock, Pencil, Plus, Trash2, UserPlus, UsersRound, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { Form } from 'react-aria-components'
import { api, ApiError } from '../../api/client'
import type { Team, User } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Avatar } from '../../ui/avatar'
import { Button, IconButton } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Switch, TextField } from '../../ui/field'
import { Picker } from '../../ui/picker'
import { sayFailure } from '../inbox/acts'
import { teamsQuery, usersQuery } from '../inbox/queries'
import { Confirm } from './card'
import { Listing } from './listing'
import { useAct } from './use-act'

export function Teams() {
  const { t } = useI18n()
  const teams = useQuery(teamsQuery)
  const { data: users = [] } = useQuery(usersQuery)
  const act = useAct(teamsQuery.queryKey)
  const [editing, setEditing] = useState<Team | 'new' | null>(null)
  const [deleting, setDeleting] = useState<Team | null>(null)
  const add = <Button kind="primary" icon={<Plus size={15} aria-hidden="true" />} onPress={() => setEditing('new')}>{t('new-team')}</Button>
  return (
    <>
      {!!teams.data?.length && <div className="toolbar">{add}</div>}
      <Listing query={teams} empty={{ icon: UsersRound, title: t('teams-none'), text: t('teams-none-text'), action: add }}>
        {(items) => items.map((team) => <TeamCard key={team.id} team={team} users={users} act={act} onEdit={() => setEditing(team)} onDelete={() => setDeleting(team)} />)}
      </Listing>
      <Dialog title={t(editing === 'new' ? 'new-team' : 'edit-team')} closeLabel={t('close-dialog')} isOpen={editing !== null} onClose={() => setEditing(null)}>
        {editing && <TeamForm team={editing === 'new' ? null : editing} onDone={() => { setEditing(null); void teams.refetch() }} onCancel={() => setEditing(null)} />}
      </Dialog>
      <Confirm
        title={t('delete-team')} text={t('delete-team-text', { name: deleting?.name ?? '' })} act={t('delete-team')} isOpen={deleting !== null} onClose={() => setDeleting(null)}
        onConfirm={() => act(() => api.delete(`teams/${deleting!.id}`))}
      />
    </>
  )
}

interface CardProps { team: Team; users: User[]; act: ReturnType<typeof useAct>; onEdit: () => void; onDelete: () => void }

function TeamCard({ team, users, act, onEdit, onDelete }: CardProps) {
  const { t } = useI18n()
  const [adding, setAdding] = useState(false)
  const trigger = useRef<HTMLButtonElement>(null)
  const members = users.filter((user) => team.members.includes(user.id))
  const others = users.filter((user) => !team.members.includes(user.id) && !user.disabled_at)
  const path = (user: string) => `teams/${team.id}/members/${user}`
  return (
    <section className="channel" aria-label={team.name}>
      <div className="channel__head">
        <span className="channel__glyph"><UsersRound size={18} aria-hidden="true" /></span>
        <div className="channel__name">
          <h2>{team.name}</h2>
          <p className="table__sub">{t('member-count', { count: team.members.length })}</p>
        </div>
        {team.private && <span className="pill"><Lock size={12} aria-hidden="true" />{t('private')}</span>}
        <IconButton label={t('edit-named', { name: team.name })} icon={<Pencil size={16} aria-hidden="true" />} onPress={onEdit} />
        <IconButton label={t('delete-named', { name: team.name })} icon={<Trash2 size={16} aria-hidden="true" />} onPress={onDelete} />
      </div>
      <div className="channel__acts">
        <ul className="members">
          {members.map((user) => (
            <li key={user.id} className="member">
              <Avatar name={user.name} size={24} />{user.name}
              <IconButton size="small" label={t('remove-member', { name: user.name })} icon={<X size={13} aria-hidden="true" />} onPress={() => void act(() => api.delete(path(user.id)))} />
            </li>
          ))}
        </ul>
        <Button ref={trigger} size="small" icon={<UserPlus size={14} aria-hidden="true" />} onPress={() => setAdding(true)}>{t('add-member')}</Button>
        <Picker
          label={t('add-member')} placeholder={t('assign-placeholder')} empty={t('nothing-found')} isOpen={adding} triggerRef={trigger} onClose={() => setAdding(false)}
          groups={[{ id: 'users', choices: others.map((user) => ({ id: user.id, name: user.name, icon: <Avatar name={user.name} size={20} /> })) }]}
          onChoose={(user) => void act(() => api.put(path(user)))}
        />
      </div>
      <Switch label={t('private-team')} help={t('private-team-help')} isSelected={team.private} onChange={(on) => void act(() => api.patch(`teams/${team.id}`, { private: on }))} />
    </section>
  )
}

function TeamForm({ team, onDone, onCancel }: { team: Team | null; onDone: () => void; onCancel: () => void }) {
  const { t } = useI18n()
  const [name, setName] = useState(team?.name ?? '')
  const [hidden, setHidden] = useState(team?.private ?? false)
  const [error, setError] = useState<string | null>(null)
  const save = async () => {
    if (!name.trim()) return setError(t('field-required'))
    try {
      const body = { name: name.trim(), private: hidden }
      await (team ? api.patch(`teams/${team.id}`, body) : api.post('teams', body))
      onDone()
    } catch (failure) {
      if (failure instanceof ApiError && failure.field === 'name') setError(failure.message)
      else sayFailure(t, failure)
    }
  }
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={(event) => { event.preventDefault(); void save() }}>
      <TextField label={t('field-name')} value={name} onChange={(value) => { setError(null); setName(value) }} error={error} autoFocus maxLength={80} />
      <Switch label={t('private-team')} help={t('private-team-help')} isSelected={hidden} onChange={setHidden} />
      <div className="dialog-form__foot">
        <Button onPress={onCancel}>{t('cancel')}</Button>
        <Button kind="primary" type="submit">{t(team ? 'save' : 'create')}</Button>
      </div>
    </Form>
  )
}
