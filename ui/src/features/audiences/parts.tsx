import { Plus, X } from 'lucide-react'
import { useI18n } from '../../i18n/context'
import { Button, IconButton } from '../../ui/button'
import { Select, TextField } from '../../ui/field'
import { useBuilder, useGap } from './builder-context'
import { CALENDARS, type Unit } from './condition'
import { emptyWhere, TIMES, type AttributePart, type EventPart, type KeptPart, type MemberPart, type TimesWord, type WhereRow, type WindowFields } from './model'
import { print } from './print'
import { fitting, NameField, Short, TestFields, UnitSelect } from './test-fields'
import { TEMPORAL } from './value-test'
import { eventNamed, shownEvent } from './words'

export function AttributeFields({ part }: { part: AttributePart }) {
  const { t } = useI18n()
  const { words, change } = useBuilder()
  const gap = useGap(part.id)
  const typeOf = (name: string) => words.values.find((word) => word.id === name)?.type ?? null
  const set = (next: Partial<AttributePart>) => change(part.id, () => ({ ...part, ...next }))
  const rename = (name: string) => {
    if (name !== part.name) set({ name, test: fitting(part.test, typeOf(name)) })
  }
  return (
    <>
      <NameField label={t('audience-attribute')} value={part.name} words={words.values} error={gap('name')} onChange={rename} />
      <TestFields id={part.id} test={part.test} type={typeOf(part.name)} onChange={(test) => set({ test })} />
    </>
  )
}

export function EventFields({ part }: { part: EventPart }) {
  const { t } = useI18n()
  const { words, change } = useBuilder()
  const gap = useGap(part.id)
  const set = (next: Partial<EventPart>) => change(part.id, () => ({ ...part, ...next }))
  const rename = (typed: string) => {
    if (typed !== shownEvent(part.name)) set({ name: eventNamed(typed) })
  }
  return (
    <>
      <Select label={t('audience-times')} hideLabel options={TIMES.map((id) => ({ id, name: t(`audience-times-${id}`) }))} value={part.times} onChange={(id) => set({ times: id as TimesWord })} />
      {part.times !== 'did' && part.times !== 'did_not' && (
        <>
          <Short><TextField label={t('audience-times-count')} hideLabel inputMode="numeric" value={part.count} onChange={(count) => set({ count })} error={gap('count')} /></Short>
          <span className="condition__word">{t('audience-times-word')}</span>
        </>
      )}
      <NameField label={t('audience-event')} value={shownEvent(part.name)} words={words.events} error={gap('name')} onChange={rename} />
      <WindowFieldsRow id={part.id} window={part.window} onChange={(window) => set({ window })} />
      <Where part={part} onChange={(where) => set({ where })} />
    </>
  )
}

function WindowFieldsRow({ id, window, onChange }: { id: string; window: WindowFields; onChange: (window: WindowFields) => void }) {
  const { t } = useI18n()
  const gap = useGap(id)
  const options = (['ever', 'last', ...CALENDARS, 'between'] as const).map((kind) => ({ id: kind, name: t(`audience-window-${kind}`) }))
  const day = (field: 'from' | 'before') => (
    <div className="condition__pair">
      <span className="condition__word" aria-hidden="true">{t(`audience-window-${field}`)}</span>
      <TextField label={t(`audience-window-${field}`)} hideLabel type={'date' as never} value={window[field]} onChange={(value) => onChange({ ...window, [field]: value })} error={field === 'from' ? gap('window') : null} />
    </div>
  )
  return (
    <>
      <Select label={t('audience-window')} hideLabel options={options} value={window.kind} onChange={(kind) => onChange({ ...window, kind: kind as WindowFields['kind'] })} />
      {window.kind === 'last' && (
        <>
          <Short><TextField label={t('audience-number')} hideLabel inputMode="numeric" value={window.count} onChange={(count) => onChange({ ...window, count })} error={gap('window')} /></Short>
          <UnitSelect value={window.unit} onChange={(unit: Unit) => onChange({ ...window, unit })} />
        </>
      )}
      {window.kind === 'between' && <>{day('from')}{day('before')}</>}
    </>
  )
}

function Where({ part, onChange }: { part: EventPart; onChange: (where: WhereRow[]) => void }) {
  const { t } = useI18n()
  const { fresh } = useBuilder()
  const addId = `where-${part.id}`
  const add = () => {
    const row = emptyWhere()
    fresh.current = row.id
    onChange([...part.where, row])
  }
  const remove = (row: WhereRow) => {
    onChange(part.where.filter((one) => one !== row))
    document.getElementById(addId)?.focus()
  }
  return (
    <>
      {part.where.map((row, index) => (
        <WhereFields key={row.id} row={row} event={part.name} word={t(index === 0 ? 'audience-where' : 'audience-and')} onRemove={() => remove(row)}
          onChange={(next) => onChange(part.where.map((one) => (one === row ? next : one)))} />
      ))}
      <Button id={addId} kind="link" size="small" icon={<Plus size={13} aria-hidden="true" />} onPress={add}>{t('audience-where-add')}</Button>
    </>
  )
}

interface WhereProps { row: WhereRow; event: string; word: string; onChange: (row: WhereRow) => void; onRemove: () => void }

function WhereFields({ row, event, word, onChange, onRemove }: WhereProps) {
  const { t } = useI18n()
  const { words, fresh } = useBuilder()
  const gap = useGap(row.id)
  const known = words.properties(event)
  const typeOf = (name: string) => known.find((one) => one.id === name)?.type ?? null
  const rename = (property: string) => {
    if (property !== row.property) onChange({ ...row, property, test: fitting(row.test, typeOf(property)) })
  }
  return (
    <div className="condition__where" role="group" aria-label={t('audience-where-row', { name: row.property })} ref={(box) => takeFocus(box, row.id, fresh)}>
      <span className="condition__word">{word}</span>
      <NameField label={t('audience-property')} value={row.property} words={known} error={gap('name')} onChange={rename} />
      <TestFields id={row.id} test={row.test} type={typeOf(row.property)} without={TEMPORAL} onChange={(test) => onChange({ ...row, test })} />
      <IconButton size="small" label={t('audience-where-remove', { name: row.property })} icon={<X size={14} aria-hidden="true" />} onPress={onRemove} />
    </div>
  )
}

export function MemberFields({ part }: { part: MemberPart }) {
  const { t } = useI18n()
  const { words, self, change } = useBuilder()
  const gap = useGap(part.id)
  const others = words.audiences.filter(({ id }) => id !== self).map(({ id, name }) => ({ id, name }))
  const known = !part.audience || others.some(({ id }) => id === part.audience)
  return (
    <>
      <span className="condition__word">{t('audience-member')}</span>
      <Select label={t('audience')} hideLabel placeholder={t('audience-choose')} options={known ? others : [...others, { id: part.audience, name: part.audience }]} value={part.audience || null}
        error={gap('audience')} onChange={(audience) => change(part.id, () => ({ ...part, audience }))} />
    </>
  )
}

export function KeptText({ part }: { part: KeptPart }) {
  const { t } = useI18n()
  const { words } = useBuilder()
  return (
    <div className="condition__kept">
      <code lang="en">{print(part.condition, (id) => words.audiences.find((one) => one.id === id)?.name ?? null)}</code>
      <span className="field__help">{t('audience-kept')}</span>
    </div>
  )
}

/** Moves the focus to what is to be typed in what was added just now, else to its first choice. */
export function takeFocus(box: HTMLElement | null, id: string, fresh: { current: string | null }) {
  if (!box || fresh.current !== id) return
  fresh.current = null
  // After the menu it was chosen from has given the focus back.
  requestAnimationFrame(() => requestAnimationFrame(() => (box.querySelector<HTMLElement>('input[role=combobox]') ?? box.querySelector('button'))?.focus()))
}
