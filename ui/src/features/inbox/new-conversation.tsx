import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ComboBox, FieldError, Form, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components'
import { api, ApiError } from '../../api/client'
import type { Attachment, ConversationDetail, Message, Page, Person } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Select, TextField } from '../../ui/field'
import { DraftAttachments } from './attachments'
import { channelsQuery } from './queries'
import { sayFailure } from './acts'
import { personName } from '../people/person-name'

/** What a conversation begins with when it passes a message on. */
export interface Forwarded { message: Message; channel: string; subject: string; text: string }

interface Props { isOpen: boolean; forwarded?: Forwarded; onClose: () => void; onStarted: (id: string) => void }

export function NewConversation({ isOpen, forwarded, onClose, onStarted }: Props) {
  const { t } = useI18n()
  return (
    <Dialog title={t(forwarded ? 'forward-message' : 'new-conversation')} closeLabel={t('close-dialog')} isOpen={isOpen} onClose={onClose} wide>
      <NewConversationForm forwarded={forwarded} onClose={onClose} onStarted={onStarted} />
    </Dialog>
  )
}

const MAIL = ['email', 'receiver']

function NewConversationForm({ forwarded, onClose, onStarted }: Omit<Props, 'isOpen'>) {
  const { t } = useI18n()
  const { data: channels = [] } = useQuery(channelsQuery)
  const able = channels.filter((channel) => channel.enabled && MAIL.includes(channel.kind))
  const [channel, setChannel] = useState<string | null>(null)
  const [to, setTo] = useState('')
  const [subject, setSubject] = useState(forwarded?.subject ?? '')
  const [text, setText] = useState(forwarded?.text ?? '')
  const [files, setFiles] = useState<Attachment[]>(forwarded?.message.attachments.filter((one) => !one.inline) ?? [])
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)
  const from = channel ?? able.find((one) => one.id === forwarded?.channel)?.id ?? able[0]?.id ?? null

  const submit = async () => {
    const found: Record<string, string> = {}
    if (!/^\S+@\S+$/.test(to.trim())) found.to = t('field-email-invalid')
    if (!subject.trim()) found.subject = t('field-required')
    if (!text.trim()) found.text = t('field-required')
    setErrors(found)
    if (Object.keys(found).length || !from) return
    setBusy(true)
    try {
      const made = await api.post<ConversationDetail>('conversations', {
        channel_id: from, to: to.trim(), subject: subject.trim(), text, attachments: files.map((one) => one.id), forward_of: forwarded?.message.id ?? null,
      })
      onClose()
      onStarted(made.id)
    } catch (error) {
      if (error instanceof ApiError && error.field) setErrors({ [error.field]: error.message })
      else sayFailure(t, error)
    } finally {
      setBusy(false)
    }
  }
  if (!able.length) return <p>{t('no-sending-channel')}</p>
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={(event) => { event.preventDefault(); void submit() }}>
      <Select label={t('from-channel')} options={able.map(({ id, name }) => ({ id, name }))} value={from} onChange={setChannel} />
      <RecipientField value={to} onChange={setTo} error={errors.to} />
      <TextField label={t('subject')} value={subject} onChange={setSubject} error={errors.subject} maxLength={250} />
      <TextField label={t('message')} rows={forwarded ? 12 : 7} value={text} onChange={setText} error={errors.text} />
      <DraftAttachments attachments={files} pending={[]} onRemove={(id) => setFiles(files.filter((one) => one.id !== id))} />
      <div className="dialog-form__foot">
        <Button onPress={onClose}>{t('cancel')}</Button>
        <Button kind="primary" type="submit" isPending={busy}>{t('send')}</Button>
      </div>
    </Form>
  )
}

/** An address, or a known customer by name. */
function RecipientField({ value, onChange, error }: { value: string; onChange: (value: string) => void; error?: string }) {
  const { t } = useI18n()
  const { data } = useQuery({
    queryKey: ['people', { query: value, limit: 8 }],
    queryFn: ({ signal }) => api.get<Page<Person>>('people', { query: value, limit: 8 }, signal),
    enabled: value.trim().length > 1, placeholderData: keepPreviousData,
  })
  const people = (data?.items ?? []).filter((person) => person.email)
  return (
    <ComboBox
      className="field" allowsCustomValue inputValue={value} onInputChange={onChange} items={people} isInvalid={!!error} menuTrigger="input"
      onChange={(key) => {
        const person = people.find((one) => one.id === key)
        if (person?.email) onChange(person.email)
      }}
    >
      <Label className="field__label">{t('to')}</Label>
      <Input className="input" placeholder={t('to-placeholder')} autoFocus />
      <FieldError className="field__error">{error}</FieldError>
      <Popover className="popover popover--select" offset={4}>
        <ListBox className="menu">
          {(person: Person) => (
            <ListBoxItem id={person.id} textValue={person.email ?? personName(t, person)} className="menu__item">
              <span className="menu__text">{personName(t, person)}<span className="menu__description">{person.email}</span></span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}
