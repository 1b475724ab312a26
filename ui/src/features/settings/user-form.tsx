import { useState } from 'react'
import { Form } from 'react-aria-components'
import { api, ApiError } from '../../api/client'
import type { Locale, Role, User } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { PasswordField, Select, TextField } from '../../ui/field'
import { sayFailure } from '../inbox/acts'
import { useMe } from '../session/queries'
import { LANGUAGES } from './me'

export const ROLES: readonly Role[] = ['observer', 'agent', 'lead', 'administrator']
const PASSWORD_MIN = 12

export function NewUserForm({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const { t } = useI18n()
  const { workspace } = useMe()
  const [form, setForm] = useState({ name: '', email: '', role: 'agent' as Role, password: '', locale: workspace.locale })
  const [errors, setErrors] = useState<Record<string, string>>({})
  const save = async () => {
    const found: Record<string, string> = {}
    if (!form.name.trim()) found.name = t('field-required')
    if (!/^\S+@\S+$/.test(form.email.trim())) found.email = t('field-email-invalid')
    if (form.password.length < PASSWORD_MIN) found.password = t('password-short', { min: PASSWORD_MIN })
    setErrors(found)
    if (Object.keys(found).length) return
    try {
      await api.post<User>('users', { ...form, name: form.name.trim(), email: form.email.trim() })
      onDone()
    } catch (failure) {
      if (failure instanceof ApiError && failure.field) setErrors({ [failure.field]: failure.message })
      else sayFailure(t, failure)
    }
  }
  const bind = (field: 'name' | 'email' | 'password') => ({ value: form[field], error: errors[field], onChange: (value: string) => { setErrors(({ [field]: _, ...rest }) => rest); setForm({ ...form, [field]: value }) } })
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={(event) => { event.preventDefault(); void save() }}>
      <TextField label={t('field-name')} autoFocus autoComplete="off" {...bind('name')} />
      <TextField label={t('field-email')} type="email" autoComplete="off" {...bind('email')} />
      <Select label={t('role')} help={t(`role-${form.role}-help`)} options={ROLES.map((id) => ({ id, name: t(`role-${id}`) }))} value={form.role} onChange={(role) => setForm({ ...form, role: role as Role })} />
      <Select label={t('language')} options={LANGUAGES} value={form.locale} onChange={(locale) => setForm({ ...form, locale: locale as Locale })} />
      <PasswordField label={t('first-password')} help={t('first-password-help')} autoComplete="new-password" show={t('password-show')} hide={t('password-hide')} {...bind('password')} />
      <div className="dialog-form__foot">
        <Button onPress={onCancel}>{t('cancel')}</Button>
        <Button kind="primary" type="submit">{t('add-user')}</Button>
      </div>
    </Form>
  )
}

/** A name that changed, and a new password for whoever forgot theirs. */
export function UserForm({ user, onDone, onCancel }: { user: User; onDone: () => void; onCancel: () => void }) {
  const { t } = useI18n()
  const [form, setForm] = useState({ name: user.name, password: '' })
  const [errors, setErrors] = useState<Record<string, string>>({})
  const save = async () => {
    const found: Record<string, string> = {}
    if (!form.name.trim()) found.name = t('field-required')
    if (form.password && form.password.length < PASSWORD_MIN) found.password = t('password-short', { min: PASSWORD_MIN })
    setErrors(found)
    if (Object.keys(found).length) return
    try {
      await api.patch<User>(`users/${user.id}`, { name: form.name.trim(), ...(form.password && { password: form.password }) })
      onDone()
    } catch (failure) {
      if (failure instanceof ApiError && failure.field) setErrors({ [failure.field]: failure.message })
      else sayFailure(t, failure)
    }
  }
  const bind = (field: 'name' | 'password') => ({ value: form[field], error: errors[field], onChange: (value: string) => { setErrors(({ [field]: _, ...rest }) => rest); setForm({ ...form, [field]: value }) } })
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={(event) => { event.preventDefault(); void save() }}>
      <TextField label={t('field-name')} autoFocus autoComplete="off" {...bind('name')} />
      <PasswordField label={t('password-new')} help={t('secret-kept')} autoComplete="new-password" show={t('password-show')} hide={t('password-hide')} {...bind('password')} />
      <div className="dialog-form__foot">
        <Button onPress={onCancel}>{t('cancel')}</Button>
        <Button kind="primary" type="submit">{t('save')}</Button>
      </div>
    </Form>
  )
}
