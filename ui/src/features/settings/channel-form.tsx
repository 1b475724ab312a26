import { useQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { Button as AriaButton, Form } from 'react-aria-components'
import { api, ApiError } from '../../api/client'
import type { Channel, ChannelField, ChannelKind, Json } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { Translate } from '../../i18n/language'
import { ChannelGlyph } from '../../ui/avatar'
import { Button } from '../../ui/button'
import { PasswordField, Select, Switch, TextField } from '../../ui/field'
import { sayFailure } from '../inbox/acts'
import { teamsQuery } from '../inbox/queries'

export function KindChoice({ kinds, onChoose }: { kinds: ChannelKind[]; onChoose: (kind: ChannelKind) => void }) {
  const { t } = useI18n()
  return (
    <ul className="kinds">
      {kinds.map((kind) => (
        <li key={kind.kind}>
          {kind.operator_only
            ? <div className="kind"><KindText kind={kind} more={t('kind-operator-only')} /></div>
            : <AriaButton className="kind" onPress={() => onChoose(kind)}><KindText kind={kind} /><ChevronRight size={17} aria-hidden="true" /></AriaButton>}
        </li>
      ))}
    </ul>
  )
}

function KindText({ kind: { kind }, more }: { kind: ChannelKind; more?: string }) {
  const { t } = useI18n()
  return (
    <>
      <span className="channel__glyph"><ChannelGlyph kind={kind} size={18} /></span>
      <span className="kind__text"><span className="table__strong">{t(`kind-${kind}`)}</span><span className="table__sub">{t(`kind-${kind}-help`)} {more}</span></span>
    </>
  )
}

interface Props { kind: ChannelKind; channel: Channel | null; onDone: () => void; onCancel: () => void }

const NO_TEAM = 'none'
const TEXTS: ChannelField['kind'][] = ['text', 'paragraph']

/** The server names the fields of each kind; a secret is never sent back, so an empty one is left as it is. */
export function ChannelForm({ kind, channel, onDone, onCancel }: Props) {
  const { t } = useI18n()
  const { data: teams = [] } = useQuery(teamsQuery)
  const [name, setName] = useState(channel?.name ?? '')
  const [team, setTeam] = useState(channel?.team_id ?? NO_TEAM)
  const [values, setValues] = useState<Record<string, Json>>(() => initial(kind, channel))
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)

  const clear = (field: string) => setErrors(({ [field]: _, ...rest }) => rest)
  const save = async () => {
    const found = check(t, kind, name, values, channel !== null)
    setErrors(found)
    if (Object.keys(found).length) return
    setBusy(true)
    try {
      const body = { name: name.trim(), team_id: team === NO_TEAM ? null : team, config: filled(kind, values) }
      await (channel ? api.patch(`channels/${channel.id}`, body) : api.post('channels', { kind: kind.kind, ...body }))
      onDone()
    } catch (failure) {
      const field = failure instanceof ApiError ? failure.field?.replace(/^config\./, '') : null
      // What belongs to no field here is said all the same.
      if (failure instanceof ApiError && field && (field === 'name' || kind.fields.some((one) => one.name === field))) setErrors({ [field]: failure.message })
      else sayFailure(t, failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={(event) => { event.preventDefault(); void save() }}>
      <div className="card__body--pair dialog-pair">
        <TextField label={t('field-name')} value={name} onChange={(value) => { clear('name'); setName(value) }} error={errors.name} autoFocus maxLength={80} />
        <Select label={t('team')} value={team} onChange={setTeam} options={[{ id: NO_TEAM, name: t('no-team') }, ...teams.map(({ id, name }) => ({ id, name }))]} />
        {kind.fields.map((field) => (
          <Field key={field.name} field={field} value={values[field.name] ?? null} error={errors[field.name]} kept={channel !== null}
            onChange={(value) => { clear(field.name); setValues((old) => ({ ...old, [field.name]: value })) }} />
        ))}
      </div>
      <div className="dialog-form__foot">
        <Button onPress={onCancel}>{t(channel ? 'cancel' : 'back')}</Button>
        <Button kind="primary" type="submit" isPending={busy}>{t(channel ? 'save' : 'create')}</Button>
      </div>
    </Form>
  )
}

function check(t: Translate, kind: ChannelKind, name: string, values: Record<string, Json>, kept: boolean) {
  const found: Record<string, string> = {}
  if (!name.trim()) found.name = t('field-required')
  for (const field of kind.fields) {
    const value = values[field.name]
    const empty = value === null || value === undefined || value === '' || (Array.isArray(value) && value.every((line) => line === ''))
    if (field.required && empty && !(field.kind === 'secret' && kept)) found[field.name] = t('field-required')
    else if (field.kind === 'number' && !empty && !isPort(value)) found[field.name] = t('field-port')
  }
  return found
}

/** Every number of a channel is the port of a server. */
const isPort = (value: Json | undefined) => Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536

function initial(kind: ChannelKind, channel: Channel | null): Record<string, Json> {
  return Object.fromEntries(kind.fields.map((field) => [field.name, channel?.config[field.name] ?? (field.name === 'addresses' && channel ? channel.addresses : field.default)]))
}

function filled(kind: ChannelKind, values: Record<string, Json>) {
  return Object.fromEntries(kind.fields
    .map((field): [string, Json] => {
      const value = values[field.name] ?? null
      const given = Array.isArray(value) ? value.filter((line) => line !== '') : value
      // An emptied text is a change; an empty secret or number is none.
      return [field.name, given === '' && !TEXTS.includes(field.kind) ? null : given]
    })
    .filter(([, value]) => value !== null))
}

const CHOICES = ['left', 'right', 'never', 'offer', 'require', 'tls', 'starttls', 'none'] as const

function choiceName(t: Translate, id: string) {
  const known = CHOICES.find((one) => one === id)
  // The rest are names of protocols.
  return known ? t(`choice-${known}`) : id.toUpperCase()
}

interface FieldProps { field: ChannelField; value: Json; error?: string; kept: boolean; onChange: (value: Json) => void }

function Field({ field, value, error, kept, onChange }: FieldProps) {
  const { t, locale } = useI18n()
  const label = field.label[locale]
  const help = field.help[locale] || undefined
  const common = { label, help, error }
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  switch (field.kind) {
    case 'bool': return <Switch label={label} help={help} isSelected={value === true} onChange={onChange} />
    case 'choice': return <Select {...common} value={text || null} onChange={onChange} options={field.choices.map((id) => ({ id, name: choiceName(t, id) }))} />
    case 'secret': return <PasswordField {...common} help={kept ? t('secret-kept') : common.help} value={text} onChange={onChange} autoComplete="off" show={t('password-show')} hide={t('password-hide')} />
    case 'number': return <TextField {...common} inputMode="numeric" value={text} onChange={(typed) => onChange(typed === '' ? null : Number.isFinite(Number(typed)) ? Number(typed) : typed)} />
    case 'list': return <div className="card__wide"><TextField {...common} help={common.help ?? t('one-a-line')} rows={2} value={Array.isArray(value) ? value.join('\n') : text} onChange={(typed) => onChange(typed.split('\n').map((line) => line.trim()))} /></div>
    case 'paragraph': return <div className="card__wide"><TextField {...common} rows={4} value={text} onChange={onChange} /></div>
    case 'text': return <TextField {...common} value={text} onChange={onChange} />
  }
}
