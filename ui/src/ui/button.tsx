import type { ReactNode, Ref } from 'react'
import { Button as AriaButton, Tooltip, TooltipTrigger, type ButtonProps } from 'react-aria-components'
import { useKeyOf } from './key-bindings'
import './button.css'

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger' | 'link'

interface Props extends Omit<ButtonProps, 'className' | 'style' | 'children'> {
  kind?: ButtonKind
  size?: 'small' | 'normal' | 'large'
  wide?: boolean
  icon?: ReactNode
  shortcut?: string
  children: ReactNode
  ref?: Ref<HTMLButtonElement>
}

const classes = (kind: ButtonKind, size: string, more = '') => `button button--${kind} button--${size} ${more}`

export function Button({ kind = 'secondary', size = 'normal', wide, icon, shortcut, children, ...rest }: Props) {
  return (
    <AriaButton {...rest} className={classes(kind, size, wide ? 'button--wide' : '')}>
      {icon}
      <span>{children}</span>
      {shortcut && <Keys of={shortcut} />}
    </AriaButton>
  )
}

interface IconButtonProps extends Omit<ButtonProps, 'className' | 'style' | 'children' | 'aria-label'> {
  label: string
  icon: ReactNode
  kind?: ButtonKind
  size?: 'small' | 'normal'
  shortcut?: string
  tooltip?: string
  ref?: Ref<HTMLButtonElement>
}

/** A button of a glyph alone always has a name, and shows it with its key on hover and focus. */
export function IconButton({ label, icon, kind = 'quiet', size = 'normal', shortcut, tooltip, ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <AriaButton {...rest} aria-label={label} className={classes(kind, size, 'button--icon')}>{icon}</AriaButton>
      <Tooltip className="tooltip" offset={6}>
        <span>{tooltip ?? label}</span>
        {shortcut && <Keys of={shortcut} />}
      </Tooltip>
    </TooltipTrigger>
  )
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

/** A shortcut as keycaps: "Mod+Enter", "G I"; at the place its owner moved it to, unless it is meant exactly. */
export function Keys({ of, exactly }: { of: string; exactly?: boolean }) {
  const own = useKeyOf(of)
  const keys = exactly ? of : own
  if (!keys) return null
  const caps = keys.split(/[ +]/).map((key) => (key === 'Mod' ? (isMac ? '⌘' : 'Ctrl') : key))
  return (
    <span className="keys" aria-hidden="true">
      {caps.map((cap, index) => <kbd key={index} className="keycap">{cap}</kbd>)}
    </span>
  )
}
