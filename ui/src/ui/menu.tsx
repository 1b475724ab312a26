import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import {
  Menu as AriaMenu, MenuItem as AriaMenuItem, MenuTrigger, Popover, Separator, type MenuProps, type PopoverProps,
} from 'react-aria-components'
import { Keys } from './button'
import './overlay.css'

interface Props<T extends object> extends Omit<MenuProps<T>, 'className' | 'style'> {
  trigger: ReactNode
  label: string
  placement?: PopoverProps['placement']
}

export function Menu<T extends object>({ trigger, label, placement = 'bottom end', ...menu }: Props<T>) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className="popover" placement={placement} offset={4}>
        <AriaMenu {...menu} aria-label={label} className="menu" />
      </Popover>
    </MenuTrigger>
  )
}

interface ItemProps { id: string; icon?: ReactNode; shortcut?: string; danger?: boolean; description?: string; children: string; onAction?: () => void; isDisabled?: boolean }

export function MenuItem({ id, icon, shortcut, danger, description, children, onAction, isDisabled }: ItemProps) {
  return (
    <AriaMenuItem id={id} textValue={children} onAction={onAction} isDisabled={isDisabled} className={`menu__item${danger ? ' menu__item--danger' : ''}`}>
      {({ isSelected, selectionMode }) => (
        <>
          {selectionMode !== 'none' && <span className="menu__check">{isSelected && <Check size={15} aria-hidden="true" />}</span>}
          {icon && <span className="menu__icon">{icon}</span>}
          <span className="menu__text">
            {children}
            {description && <span className="menu__description">{description}</span>}
          </span>
          {shortcut && <Keys of={shortcut} />}
        </>
      )}
    </AriaMenuItem>
  )
}

export function MenuSeparator() {
  return <Separator className="menu__separator" />
}
