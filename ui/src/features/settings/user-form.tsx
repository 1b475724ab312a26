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

type Fields = 'name' | 'email' | 'password'

/** What is typed, what is wrong with it, and its way to the server; `wrong` is looked at first. */
function useUserFields<F extends Partial<Record<Fields, string>>>(initial: F, wrong: (form: F) => Record<string, string>, send: (form: F) => Promise<unknown>, onDone: () => void) {
  const { t } = useI18n()
  const [form, setForm] = useState(initial)
  const [errors, setErrors] = useState<Record<string, string>>({})
  const save = async () => {
    const found = wrong(form)
    setErrors(found)
    if (Object.keys(found).length) return
    try {
      await send(form)
      onDone()
    } catch (failure) {
      if (failure instanceof ApiError && failure.field) setErrors({ [failure.field]: failure.message })
      else sayFailure(t, failure)
    }
  }
  const bind = (field: Fields & keyof F) => ({ value: form[field] as string, error: errors[field], onChange: (value: string) => { setErrors(({ [field]: _, ...rest }) => rest); setForm({ ...form, [field]: value }) } })
  return { form, setForm, bind, onSubmit: (event: React.FormEvent) => { event.preventDefault(); void save() } }
}

export function NewUserForm({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const { t } = useI18n()
  const { workspace } = useMe()
  const { form, setForm, bind, onSubmit } = useUserFields(
    { name: '', email: '', role: 'agent' as Role, password: '', locale: workspace.locale },
    ({ name, email, password }) => ({
      ...(!name.trim() && { name: t('field-required') }),
      ...(!/^\S+@\S+$/.test(email.trim()) && { email: t('field-email-invalid') }),
      ...(password.length < PASSWORD_MIN && { password: t('password-short', { min: PASSWORD_MIN }) }),
    }),
    (typed) => api.post<User>('users', { ...typed, name: typed.name.trim(), email: typed.email.trim() }),
    onDone,
  )
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={onSubmit}>
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
  const { bind, onSubmit } = useUserFields(
    { name: user.name, password: '' },
    ({ name, password }) => ({
      ...(!name.trim() && { name: t('field-required') }),
      ...(password && password.length < PASSWORD_MIN && { password: t('password-short', { min: PASSWORD_MIN }) }),
    }),
    ({ name, password }) => api.patch<User>(`users/${user.id}`, { name: name.trim(), ...(password && { password }) }),
    onDone,
  )
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={onSubmit}>
      <TextField label={t('field-name')} autoFocus autoComplete="off" {...bind('name')} />
      <PasswordField label={t('password-new')} help={t('secret-kept')} autoComplete="new-password" show={t('password-show')} hide={t('password-hide')} {...bind('password')} />
      <div className="dialog-form__foot">
        <Button onPress={onCancel}>{t('cancel')}</Button>
        <Button kind="primary" type="submit">{t('save')}</Button>
      </div>
    </Form>
  )
}
