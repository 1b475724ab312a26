import type { Person } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Avatar } from '../../ui/avatar'
import { personName } from './person-name'
import { IdentityValue } from './profile-parts'

/** A customer at a glance: name, ids, how much there is. */
export function PersonCard({ person }: { person: Person }) {
  const { t, format } = useI18n()
  const name = personName(t, person)
  return (
    <section className="merge__card" aria-label={name}>
      <p className="merge__name"><Avatar name={name} size={28} />{name}</p>
      <ul>{person.identities.map((identity) => <li key={identity.kind + identity.value}><IdentityValue identity={identity} /></li>)}</ul>
      {person.blocked_at && <p className="person-head__blocked">{t('blocked-since', { date: format.short(person.blocked_at) })}</p>}
      <p className="muted">{t('merge-counts', { conversations: person.conversation_count, since: format.short(person.created_at) })}</p>
    </section>
  )
}
