import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { CornerDownRight, MessageSquare, Search, SlidersHorizontal, Zap } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import {
  Autocomplete, Dialog, Header, Input, Menu, MenuItem, MenuSection, Modal, ModalOverlay, SearchField, useFilter,
} from 'react-aria-components'
import { api } from '../../api/client'
import type { Conversation, Person } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Avatar } from '../../ui/avatar'
import { Keys } from '../../ui/button'
import { useAllCommands, type Command } from './store'
import { personName } from '../people/person-name'
import { subjectOf } from '../inbox/subject'
import './palette.css'

export function Palette({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <ModalOverlay className="scrim scrim--clear" isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable>
      <Modal className="modal modal--palette">
        <PaletteBody onClose={onClose} />
      </Modal>
    </ModalOverlay>
  )
}

const ICONS = { action: Zap, place: CornerDownRight, setting: SlidersHorizontal }

function PaletteBody({ onClose }: { onClose: () => void }) {
  const { t } = useI18n()
  const [typed, setTyped] = useState('')
  const { contains } = useFilter({ sensitivity: 'base' })
  const sign = /^[>@#]/.test(typed) ? typed[0] : null
  const text = (sign && sign !== '#' ? typed.slice(1) : typed.replace(/^#(K-)?/i, 'K-')).trim()
  const found = useSearch(useDeferredValue(sign === '>' ? '' : text))
  const commands = useAllCommands().filter((command) => !command.unlisted && contains(command.label, text))
  const groups = (['action', 'place', 'setting'] as const).map((group) => ({
    group, entries: sign === null || sign === '>' ? commands.filter((command) => command.group === group) : [],
  }))
  const people = sign === null || sign === '@' ? found.people : []
  const conversations = sign === null || sign === '#' ? found.conversations : []
  const later = (run: () => void) => {
    onClose()
    // After the focus has returned to where it was, so that the act finds its own place.
    requestAnimationFrame(run)
  }
  return (
    <Dialog aria-label={t('palette')} className="dialog palette">
      <Autocomplete inputValue={typed} onInputChange={setTyped}>
        <SearchField aria-label={t('palette')} autoFocus className="palette__search">
          <Search size={18} aria-hidden="true" />
          <Input placeholder={t('palette-placeholder')} />
        </SearchField>
        <div className="palette__list scroll" role="group" aria-label={t('palette')} tabIndex={0}>
          <Menu aria-label={t('palette')} className="menu" renderEmptyState={() => <p className="picker__empty">{t('nothing-found')}</p>}>
            {groups.filter(({ entries }) => entries.length > 0).map(({ group, entries }) => (
              <MenuSection key={group} id={group}>
                <Header className="menu__header">{t(`palette-${group}s`)}</Header>
                {entries.map((command) => <CommandItem key={command.id} command={command} onRun={() => later(command.run)} />)}
              </MenuSection>
            ))}
            <People people={people} go={later} />
            <Conversations conversations={conversations} go={later} />
          </Menu>
        </div>
      </Autocomplete>
      <p className="palette__hint">{t('palette-hint')}</p>
    </Dialog>
  )
}

function useSearch(query: string) {
  const { data } = useQuery({
    queryKey: ['search', query],
    queryFn: ({ signal }) => api.get<{ conversations: Conversation[]; people: Person[] }>('search', { query, limit: 6 }, signal),
    enabled: query.length > 1,
    placeholderData: keepPreviousData,
  })
  return query.length > 1 && data ? data : { conversations: [], people: [] }
}

function CommandItem({ command, onRun }: { command: Command; onRun: () => void }) {
  const Icon = ICONS[command.group]
  return (
    <MenuItem id={command.id} textValue={command.label} className="menu__item" onAction={onRun}>
      <span className="menu__icon"><Icon size={15} aria-hidden="true" /></span>
      <span className="menu__text">{command.label}</span>
      {command.keys?.[0] && <Keys of={command.keys[0]} />}
    </MenuItem>
  )
}

function People({ people, go }: { people: Person[]; go: (run: () => void) => void }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  if (!people.length) return null
  return (
    <MenuSection id="people">
      <Header className="menu__header">{t('customers')}</Header>
      {people.map((person) => (
        <MenuItem key={person.id} id={`person:${person.id}`} textValue={personName(t, person)} className="menu__item"
          onAction={() => go(() => void navigate({ to: '/customers/$person', params: { person: person.id } }))}>
          <Avatar name={personName(t, person)} size={20} />
          <span className="menu__text">{personName(t, person)}<span className="menu__description">{person.email}</span></span>
        </MenuItem>
      ))}
    </MenuSection>
  )
}

function Conversations({ conversations, go }: { conversations: Conversation[]; go: (run: () => void) => void }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  if (!conversations.length) return null
  return (
    <MenuSection id="conversations">
      <Header className="menu__header">{t('conversations')}</Header>
      {conversations.map((conversation) => (
        <MenuItem key={conversation.id} id={`conversation:${conversation.id}`} textValue={subjectOf(t, conversation)} className="menu__item"
          onAction={() => go(() => void navigate({ to: '/inbox/$view/$conversation', params: { view: 'all', conversation: conversation.id } }))}>
          <span className="menu__icon"><MessageSquare size={15} aria-hidden="true" /></span>
          <span className="menu__text">{subjectOf(t, conversation)}<span className="menu__description">{conversation.number} · {personName(t, conversation.person)}</span></span>
        </MenuItem>
      ))}
    </MenuSection>
  )
}
