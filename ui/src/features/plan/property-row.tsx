import { SlidersHorizontal, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useI18n } from '../../i18n/context'
import { IconButton } from '../../ui/button'
import { Checkbox, Select, TextField } from '../../ui/field'
import { TYPES, type FormType, type Row } from './model'

interface Props { row: Row; onChange: (row: Row) => void; onRemove: () => void }

/** One property: its name and type, and on demand everything else that is said of it. */
export function PropertyRow({ row, onChange, onRemove }: Props) {
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  const set = (more: Partial<Row>) => onChange({ ...row, ...more })
  const types: FormType[] = row.type === 'other' ? [...TYPES, 'other'] : [...TYPES]
  const name = row.name || t('plan-property')
  return (
    <li className="plan-row">
      <div className="plan-row__head">
        <TextField label={t('plan-property')} hideLabel mono placeholder={t('plan-property')} value={row.name} onChange={(value) => set({ name: value })} maxLength={200} />
        <Select label={t('plan-type')} hideLabel value={row.type} options={types.map((id) => ({ id, name: t(`plan-type-${id}`) }))} onChange={(id) => set({ type: id as FormType })} />
        <Checkbox label={t('plan-required')} isSelected={row.required} onChange={(required) => set({ required })} />
        <span className="plan-row__acts">
          <IconButton size="small" label={t('plan-more-of', { name })} aria-expanded={open} icon={<SlidersHorizontal size={15} aria-hidden="true" />} onPress={() => setOpen(!open)} />
          <IconButton size="small" label={t('delete-named', { name })} icon={<Trash2 size={15} aria-hidden="true" />} onPress={onRemove} />
        </span>
      </div>
      {open && <More row={row} set={set} />}
    </li>
  )
}

function More({ row, set }: { row: Row; set: (more: Partial<Row>) => void }) {
  const { t } = useI18n()
  const isNumber = row.type === 'number' || row.type === 'whole'
  const isNested = row.type === 'list' || row.type === 'object'
  return (
    <div className="plan-row__more">
      <TextField label={t('plan-description')} value={row.description} onChange={(description) => set({ description })} maxLength={2000} />
      {(isNumber || row.type === 'text') && <TextField label={t('plan-values')} help={t('plan-values-help')} rows={3} mono value={row.values} onChange={(values) => set({ values })} />}
      {row.type === 'text' && <TextField label={t('plan-pattern')} help={t('plan-pattern-help')} mono value={row.pattern} onChange={(pattern) => set({ pattern })} maxLength={500} />}
      {isNumber && (
        <div className="dialog-pair">
          <TextField label={t('plan-minimum')} inputMode="decimal" value={row.minimum} onChange={(minimum) => set({ minimum })} />
          <TextField label={t('plan-maximum')} inputMode="decimal" value={row.maximum} onChange={(maximum) => set({ maximum })} />
        </div>
      )}
      {row.type !== 'any' && row.type !== 'other' && <Checkbox label={t('plan-nullable')} isSelected={row.nullable} onChange={(nullable) => set({ nullable })} />}
      {(isNested || row.type === 'other') && <p className="field__help">{t('plan-nested')}</p>}
    </div>
  )
}
