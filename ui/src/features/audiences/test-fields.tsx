import { ChevronDown, X } from 'lucide-react'
import { useState, type KeyboardEvent } from 'react'
import { Button as AriaButton, ComboBox, FieldError, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components'
import { useI18n } from '../../i18n/context'
import { Select, TextField } from '../../ui/field'
import { useGap } from './builder-context'
import { UNITS, type Unit } from './condition'
import { emptyTest, OPS, type Op, type ValueTest, type ValueType } from './value-test'
import { opsOf, type Word } from './words'

interface NameProps { label: string; value: string; words: Word[]; error: string | null; onChange: (name: string) => void }

/** A name, typed or chosen from those that were seen. */
export function NameField({ label, value, words, error, onChange }: NameProps) {
  const { t } = useI18n()
  return (
    <ComboBox
      className="field condition__name" allowsCustomValue inputValue={value} onInputChange={onChange} defaultItems={words} isInvalid={!!error} menuTrigger="input"
      onChange={(key) => key !== null && onChange(String(key))}
    >
      <Label className="visually-hidden">{label}</Label>
      <div className="input-with-button">
        <Input className="input" placeholder={label} spellCheck={false} autoComplete="off" />
        <AriaButton className="input-button"><ChevronDown size={16} aria-hidden="true" /></AriaButton>
      </div>
      <FieldError className="field__error">{error ?? undefined}</FieldError>
      <Popover className="popover popover--select" offset={4}>
        <ListBox className="menu">
          {(word: Word) => (
            <ListBoxItem id={word.id} textValue={word.id} className="menu__item">
              <span className="menu__text">{word.id}{word.label && <span className="menu__description">{t(word.label)}</span>}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}

export function UnitSelect({ value, onChange }: { value: Unit; onChange: (unit: Unit) => void }) {
  const { t } = useI18n()
  return <Select label={t('audience-unit')} hideLabel options={UNITS.map((id) => ({ id, name: t(`audience-unit-${id}`) }))} value={value} onChange={(id) => onChange(id as Unit)} />
}

interface Props { id: string; test: ValueTest; type: ValueType | null; without?: readonly Op[]; onChange: (test: ValueTest) => void }

/** A test with the fields it needs. */
export function TestFields({ id, test, type, without = [], onChange }: Props) {
  const { t } = useI18n()
  const option = (op: Op) => ({ id: op, name: t(`audience-op-${op}`) })
  const offered = opsOf(type).filter((op) => !without.includes(op))
  const ops = offered.includes(test.op) ? offered : [test.op, ...offered]
  const groups = (['text', 'number', 'flag', 'date', 'any'] as const).map((kind) => ({ name: t(`audience-type-${kind}`), options: OPS[kind].filter((op) => ops.includes(op)).map(option) }))
  return (
    <>
      <Select label={t('audience-test')} hideLabel value={test.op} onChange={(op) => onChange({ ...test, op: op as Op })}
        options={type ? ops.map(option) : []} groups={type ? [] : groups.filter(({ options }) => options.length > 0)} />
      <Values id={id} test={test} onChange={onChange} />
    </>
  )
}

function Values({ id, test, onChange }: Pick<Props, 'id' | 'test' | 'onChange'>) {
  const { t } = useI18n()
  const gap = useGap(id)
  const value = (label = t('audience-value'), more: { type?: string; inputMode?: 'decimal' | 'numeric' } = {}) => (
    <TextField label={label} hideLabel placeholder={more.type ? undefined : label} value={test.value} onChange={(next) => onChange({ ...test, value: next })} error={gap('value')} maxLength={300} {...more as object} />
  )
  switch (test.op) {
    case 'is': case 'is_not': case 'contains': case 'starts_with': return value()
    case 'equals': case 'differs': case 'less_than': case 'at_most': case 'more_than': case 'at_least': return <Short>{value(t('audience-number'), { inputMode: 'decimal' })}</Short>
    case 'between': return (
      <>
        <Short>{value(t('audience-number-from'), { inputMode: 'decimal' })}</Short>
        <span className="condition__word">{t('audience-and')}</span>
        <Short><TextField label={t('audience-number-to')} hideLabel placeholder={t('audience-number-to')} inputMode="decimal" value={test.to} onChange={(to) => onChange({ ...test, to })} error={gap('to')} /></Short>
      </>
    )
    case 'one_of': case 'one_of_numbers': return <Several values={test.values} error={gap('value')} onChange={(values) => onChange({ ...test, values })} />
    case 'before': case 'after': return value(t('audience-date'), { type: 'date' })
    case 'within_last': case 'within_next': return <><Short>{value(t('audience-number'), { inputMode: 'numeric' })}</Short><UnitSelect value={test.unit} onChange={(unit) => onChange({ ...test, unit })} /></>
    case 'anniversary': return <><Short>{value(t('audience-number'), { inputMode: 'numeric' })}</Short><span className="condition__word">{t('audience-days')}</span></>
    default: return null
  }
}

export const Short = ({ children }: { children: React.ReactNode }) => <div className="condition__short">{children}</div>

/** Several values: Enter or a comma after each; Backspace in the empty field takes the last away. */
function Several({ values, error, onChange }: { values: string[]; error: string | null; onChange: (values: string[]) => void }) {
  const { t } = useI18n()
  const [typed, setTyped] = useState('')
  const add = () => {
    const value = typed.trim()
    if (value && !values.includes(value)) onChange([...values, value])
    setTyped('')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.key === 'Enter' || event.key === ',') && typed.trim()) {
      event.preventDefault()
      add()
    } else if (event.key === 'Backspace' && !typed) onChange(values.slice(0, -1))
  }
  return (
    <div className="condition__several">
      {values.map((value) => (
        <span key={value} className="tag">
          {value}
          <AriaButton className="tag__remove" aria-label={t('audience-value-remove', { value })} onPress={() => onChange(values.filter((one) => one !== value))}><X size={13} aria-hidden="true" /></AriaButton>
        </span>
      ))}
      <div onKeyDownCapture={onKeyDown}>
        <TextField label={t('audience-value-add')} hideLabel placeholder={t('audience-value-add')} value={typed} onChange={setTyped} onBlur={add} error={error} maxLength={300} />
      </div>
    </div>
  )
}

/** The same test for values of another kind, as far as it has one. */
export function fitting(test: ValueTest, type: ValueType | null): ValueTest {
  return opsOf(type).includes(test.op) ? test : emptyTest(opsOf(type)[0]!)
}
