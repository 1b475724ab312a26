import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useState, type RefObject } from 'react'
import { api } from '../../api/client'
import type { Page, Person } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Avatar } from '../../ui/avatar'
import { Picker } from '../../ui/picker'
import { personName } from './person-name'

interface Props { label: string; isOpen: boolean; triggerRef: RefObject<HTMLElement | null>; except?: string; onClose: () => void; onChoose: (person: string) => void }

/** A customer, found by typing. */
export function PersonPicker({ except, ...props }: Props) {
  const { t } = useI18n()
  const [typed, setTyped] = useState('')
  const query = useDeferredValue(typed.trim())
  useEffect(() => {
    if (!props.isOpen) setTyped('')
  }, [props.isOpen])
  const { data, isPending, isError } = useQuery({
    queryKey: ['people', { query, limit: 8 }],
    queryFn: ({ signal }) => api.get<Page<Person>>('people', { query, limit: 8 }, signal),
    enabled: props.isOpen, placeholderData: keepPreviousData,
  })
  const found = (data?.items ?? []).filter((person) => person.id !== except)
  const choices = found.map((person) => ({ id: person.id, name: personName(t, person), description: person.name ? person.email ?? undefined : undefined, icon: <Avatar name={personName(t, person)} size={20} /> }))
  return <Picker {...props} placeholder={t('search-customers-hint')} empty={isError ? t('error-load-title') : isPending ? '…' : t('nothing-found')} groups={[{ id: 'people', choices }]} onType={setTyped} />
}
