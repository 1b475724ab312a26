import { ChevronDown, Eye, EyeOff } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import {
  Button as AriaButton, Checkbox as AriaCheckbox, FieldError, Header, Input, Label, ListBox, ListBoxItem, ListBoxSection, Popover, Select as AriaSelect,
  SelectValue, Switch as AriaSwitch, Text, TextArea, TextField as AriaTextField, type TextFieldProps,
} from 'react-aria-components'
import './field.css'
import './overlay.css'

interface FieldTexts { label: string; help?: ReactNode; error?: string | null }

interface TextProps extends Omit<TextFieldProps, 'className' | 'style' | 'children'>, FieldTexts {
  placeholder?: string
  rows?: number
  mono?: boolean
  hideLabel?: boolean
}

export function TextField({ label, help, error, placeholder, rows, mono, hideLabel, ...rest }: TextProps) {
  return (
    <AriaTextField {...rest} isInvalid={!!error || rest.isInvalid} className="field">
      <Label className={hideLabel ? 'visually-hidden' : 'field__label'}>{label}</Label>
      {rows
        ? <TextArea className={`input input--area${mono ? ' input--mono' : ''}`} rows={rows} placeholder={placeholder} />
        : <Input className={`input${mono ? ' input--mono' : ''}`} placeholder={placeholder} />}
      {help && <Text slot="description" className="field__help">{help}</Text>}
      <FieldError className="field__error">{error ?? undefined}</FieldError>
    </AriaTextField>
  )
}

interface PasswordProps extends Omit<TextFieldProps, 'className' | 'style' | 'children' | 'type'>, FieldTexts { show: string; hide: string }

export function PasswordField({ label, help, error, show, hide, ...rest }: PasswordProps) {
  const [visible, setVisible] = useState(false)
  return (
    <AriaTextField {...rest} type={visible ? 'text' : 'password'} isInvalid={!!error || rest.isInvalid} className="field">
      <Label className="field__label">{label}</Label>
      <div className="input-with-button">
        <Input className="input" />
        <AriaButton className="input-button" aria-label={visible ? hide : show} onPress={() => setVisible(!visible)}>
          {visible ? <EyeOff size={17} aria-hidden="true" /> : <Eye size={17} aria-hidden="true" />}
        </AriaButton>
      </div>
      {help && <Text slot="description" className="field__help">{help}</Text>}
      <FieldError className="field__error">{error ?? undefined}</FieldError>
    </AriaTextField>
  )
}

export interface Option { id: string; name: string }
export interface OptionGroup { name: string; options: Option[] }
interface SelectProps extends FieldTexts {
  options: Option[]
  value: string | null
  onChange: (id: string) => void
  hideLabel?: boolean
  isDisabled?: boolean
  name?: string
  /** Further options under titles of their own. */
  groups?: OptionGroup[]
  placeholder?: string
}

const option = ({ id, name }: Option) => <ListBoxItem key={id} id={id} textValue={name} className="menu__item">{name}</ListBoxItem>

export function Select({ label, help, error, options, groups = [], value, onChange, hideLabel, isDisabled, name, placeholder }: SelectProps) {
  return (
    <AriaSelect
      className="field" value={value} name={name} placeholder={placeholder} isDisabled={isDisabled} isInvalid={!!error}
      onChange={(key) => key !== null && onChange(String(key))}
    >
      <Label className={hideLabel ? 'visually-hidden' : 'field__label'}>{label}</Label>
      <AriaButton className="input input--select">
        <SelectValue className="truncate">{({ selectedText, defaultChildren }) => selectedText || defaultChildren}</SelectValue>
        <ChevronDown size={16} aria-hidden="true" />
      </AriaButton>
      {help && <Text slot="description" className="field__help">{help}</Text>}
      <FieldError className="field__error">{error ?? undefined}</FieldError>
      <Popover className="popover popover--select" offset={4}>
        <ListBox className="menu">
          {options.map(option)}
          {groups.map((group) => (
            <ListBoxSection key={group.name}>
              <Header className="menu__header">{group.name}</Header>
              {group.options.map(option)}
            </ListBoxSection>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  )
}

interface ToggleProps { label: string; help?: string; isSelected: boolean; onChange: (on: boolean) => void; isDisabled?: boolean }

export function Switch({ label, help, ...rest }: ToggleProps) {
  return (
    <AriaSwitch {...rest} className="switch">
      <span className="switch__track" aria-hidden="true"><span className="switch__thumb" /></span>
      <span className="switch__text">
        {label}
        {help && <span className="field__help">{help}</span>}
      </span>
    </AriaSwitch>
  )
}

export function Checkbox({ label, help, ...rest }: ToggleProps) {
  return (
    <AriaCheckbox {...rest} className="checkbox">
      <CheckMark />
      <span className="switch__text">
        {label}
        {help && <span className="field__help">{help}</span>}
      </span>
    </AriaCheckbox>
  )
}

export function CheckMark({ state }: { state?: 'on' | 'off' | 'some' }) {
  return (
    <span className="checkmark" data-state={state} aria-hidden="true">
      <svg viewBox="0 0 16 16" width="12" height="12" fill="none" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round">
        {state === 'some' ? <path d="M3.5 8h9" /> : <path d="M3 8.5 6.5 12 13 4.5" />}
      </svg>
    </span>
  )
}
