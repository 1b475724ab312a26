import { Check, Search } from 'lucide-react'
import type { ReactNode, RefObject } from 'react'
import {
  Autocomplete, Dialog, Header, Input, Menu, MenuItem, MenuSection, Popover, SearchField, useFilter, type PopoverProps,
} from 'react-aria-components'
import './overlay.css'

export interface Choice { id: string; name: string; icon?: ReactNode; description?: string; selected?: boolean }
export interface ChoiceGroup { id: string; name?: string; choices: Choice[] }

interface Props {
  label: string
  placeholder: string
  empty: string
  groups: ChoiceGroup[]
  isOpen: boolean
  triggerRef: RefObject<HTMLElement | null>
  placement?: PopoverProps['placement']
  onClose: () => void
  onChoose: (id: string) => void
  /** Several may be chosen one after the other: the list stays open. */
  multiple?: boolean
  onType?: (text: string) => void
}

/** A list to choose from by typing; accents and case do not matter. */
export function Picker(props: Props) {
  const { contains } = useFilter({ sensitivity: 'base' })
  const filter = (text: string, input: string) => props.onType !== undefined || contains(text, input)
  return (
    <Popover
      className="popover" isOpen={props.isOpen} triggerRef={props.triggerRef} placement={props.placement ?? 'bottom start'}
      offset={4} onOpenChange={(open) => !open && props.onClose()}
    >
      <Dialog aria-label={props.label} className="picker">
        <Autocomplete filter={filter}>
          <SearchField aria-label={props.label} autoFocus className="picker__search" onChange={props.onType}>
            <Search size={15} aria-hidden="true" />
            <Input placeholder={props.placeholder} />
          </SearchField>
          <Menu
            aria-label={props.label} className="menu" shouldFocusWrap renderEmptyState={() => <p className="picker__empty">{props.empty}</p>}
            onAction={(id) => {
              props.onChoose(String(id))
              if (!props.multiple) props.onClose()
            }}
          >
            {props.groups.filter((group) => group.choices.length > 0).map((group) => (
              <MenuSection key={group.id} id={group.id} aria-label={group.name ?? props.label}>
                {group.name && <Header className="menu__header">{group.name}</Header>}
                {group.choices.map((choice) => <PickerItem key={choice.id} choice={choice} stays={props.multiple} />)}
              </MenuSection>
            ))}
          </Menu>
        </Autocomplete>
      </Dialog>
    </Popover>
  )
}

function PickerItem({ choice, stays }: { choice: Choice; stays?: boolean }) {
  return (
    <MenuItem id={choice.id} textValue={choice.name} className="menu__item" shouldCloseOnSelect={!stays} aria-label={choice.selected ? `✓ ${choice.name}` : undefined}>
      {choice.icon && <span className="menu__icon">{choice.icon}</span>}
      <span className="menu__text">
        {choice.name}
        {choice.description && <span className="menu__description">{choice.description}</span>}
      </span>
      {choice.selected && <Check size={15} aria-hidden="true" className="menu__check" />}
    </MenuItem>
  )
}
