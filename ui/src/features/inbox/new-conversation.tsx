import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ComboBox, FieldError, Form, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components'
import { api, ApiError } from '../../api/client'
import type { ConversationDetail, Message, Page, Person } from '../../api/types'
import { useI18n } from '../../i18n/context'
import type { Translate } from '../../i18n/language'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Select, TextField } from '../../ui/field'
import { offerUndo } from '../commands/undo'
import { useMe } from '../session/queries'
import { DraftAttachments } from './attachments'
import { useLetter, type Letter } from './letters'
import { channelsQuery } from './queries'
import { sayFailure } from './acts'
import { personName } from '../people/person-name'

/** What a conversation begins with when it passes a message on. */
export interface Forwarded { message: Message; channel: string; subject: string; text: string }

interface Props { isOpen: boolean; forwarded?: Forwarded; onOpen: () => void; onClose: () => void; onStarted: (id: string) => void }

export function NewConversation({ isOpen, forwarded, onOpen, onClose, onStarted }: Props) {
  const { t } = useI18n()
  return (
    <Dialog title={t(forwarded ? 'forward-message' : 'new-conversation')} closeLabel={t('close-dialog')} isOpen={isOpen} onClose={onClose} wide>
      <NewConversationForm forwarded={forwarded} onOpen={onOpen} onClose={onClose} onStarted={onStarted} />
    </Dialog>
  )
}

const MAIL = ['email', 'receiver']

function NewConversationForm({ forwarded, onOpen, onClose, onStarted }: Omit<Props, 'isOpen'>) {
  const { t } = useI18n()
  const me = useMe()
  const { data: channels = [] } = useQuery(channelsQuery)
  const able = channels.filter((channel) => channel.enabled && MAIL.includes(channel.kind))
  const place = { workspace: me.workspace.id, author: me.id, about: forwarded?.message.id ?? 'new' }
  const { letter, touched, change, drop } = useLetter(place, beginning(forwarded))
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)
  const from = [letter.channel, forwarded?.channel].find((id) => able.some((one) => one.id === id)) ?? able[0]?.id ?? null

  const submit = async () => {
    const found = check(t, letter)
    setErrors(found)
    if (Object.keys(found).length || !from) return
    setBusy(true)
    try {
      const made = await api.post<ConversationDetail>('conversations', {
        channel_id: from, to: letter.to.trim(), subject: letter.subject.trim(), text: letter.text,
        attachments: letter.files.map((one) => one.id), forward_of: forwarded?.message.id ?? null,
      })
      drop()
      onClose()
      onStarted(made.id)
    } catch (error) {
      if (error instanceof ApiError && error.field) setErrors({ [error.field]: error.message })
      else sayFailure(t, error)
    } finally {
      setBusy(false)
    }
  }
  const discard = () => {
    const restore = drop()
    offerUndo(t('letter-discarded'), t('undo'), () => {
      restore()
      onOpen()
    })
    onClose()
  }
  if (!able.length) return <p>{t('no-sending-channel')}</p>
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={(event) => { event.preventDefault(); void submit() }}>
      <Select label={t('from-channel')} options={able.map(({ id, name }) => ({ id, name }))} value={from} onChange={(channel) => change({ channel })} />
      <RecipientField value={letter.to} onChange={(to) => change({ to })} error={errors.to} />
      <TextField label={t('subject')} value={letter.subject} onChange={(subject) => change({ subject })} error={errors.subject} maxLength={250} />
      <TextField label={t('message')} rows={forwarded ? 12 : 7} value={letter.text} onChange={(text) => change({ text })} error={errors.text} />
      <DraftAttachments attachments={letter.files} pending={[]} onRemove={(id) => change({ files: letter.files.filter((one) => one.id !== id) })} />
      <div className="dialog-form__foot">
        {touched && <Button kind="quiet" isDisabled={busy} onPress={discard}>{t('discard')}</Button>}
        <Button onPress={onClose}>{t(touched ? 'keep-draft' : 'cancel')}</Button>
        <Button kind="primary" type="submit" isPending={busy}>{t('send')}</Button>
      </div>
    </Form>
  )
}

const beginning = (forwarded?: Forwarded): Letter => ({
  channel: null, to: '', subject: forwarded?.subject ?? '', text: forwarded?.text ?? '',
  files: forwarded?.message.attachments.filter((one) => !one.inline) ?? [],
})

function check(t: Translate, letter: Letter) {
  const found: Record<string, string> = {}
  if (!/^\S+@\S+$/.test(letter.to.trim())) found.to = t('field-email-invalid')
  if (!letter.subject.trim()) found.subject = t('field-required')
  if (!letter.text.trim()) found.text = t('field-required')
  return found
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
