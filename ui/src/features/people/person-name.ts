import type { PersonRef } from '../../api/types'
import type { Translate } from '../../i18n/language'

/** Somebody who has told no name is called by their address, else a visitor. */
export const personName = (t: Translate, person: Pick<PersonRef, 'name' | 'email'>) => person.name || person.email || t('visitor')

/** Who wrote a message; of a visitor no name may be known. */
export const authorName = (t: Translate, author: { kind: string; name: string }) => author.name || (author.kind === 'person' ? t('visitor') : '')
