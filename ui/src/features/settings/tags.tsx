import { useQuery } from '@tanstack/react-query'
import { Pencil, Plus, Tag as TagIcon, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Form, Label, Radio, RadioGroup } from 'react-aria-components'
import { api, ApiError } from '../../api/client'
import type { Tag, TagColor } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button, IconButton } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { TextField } from '../../ui/field'
import { sayFailure } from '../inbox/acts'
import { tagsQuery } from '../inbox/queries'
import '../inbox/list.css'
import { Confirm } from './card'
import { Listing } from './listing'
import { useAct } from './use-act'

const COLORS: readonly TagColor[] = ['teal', 'apricot', 'red', 'plum', 'blue', 'green', 'gray']

export function Tags() {
  const { t, format } = useI18n()
  const tags = useQuery({ ...tagsQuery, select: (list) => [...list].sort((a, b) => format.compare(a.name, b.name)) })
  const act = useAct(tagsQuery.queryKey)
  const [editing, setEditing] = useState<Tag | 'new' | null>(null)
  const [deleting, setDeleting] = useState<Tag | null>(null)
  const add = <Button kind="primary" icon={<Plus size={15} aria-hidden="true" />} onPress={() => setEditing('new')}>{t('new-tag')}</Button>
  return (
    <>
      {!!tags.data?.length && <div className="toolbar">{add}</div>}
      <Listing query={tags} empty={{ icon: TagIcon, title: t('tags-none'), text: t('tags-none-text'), action: add }}>
        {(items) => (
          <div className="table-frame">
            <table className="table">
              <caption className="visually-hidden">{t('settings-tags')}</caption>
              <thead><tr><th scope="col">{t('tag')}</th><th scope="col"><span className="visually-hidden">{t('actions')}</span></th></tr></thead>
              <tbody>
                {items.map((tag) => (
                  <tr key={tag.id}>
                    <td><span className={`tag tag--${tag.color}`}>{tag.name}</span></td>
                    <td className="table__acts">
                      <IconButton size="small" label={t('edit-named', { name: tag.name })} icon={<Pencil size={15} aria-hidden="true" />} onPress={() => setEditing(tag)} />
                      <IconButton size="small" label={t('delete-named', { name: tag.name })} icon={<Trash2 size={15} aria-hidden="true" />} onPress={() => setDeleting(tag)} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Listing>
      <Dialog title={t(editing === 'new' ? 'new-tag' : 'edit-tag')} closeLabel={t('close-dialog')} isOpen={editing !== null} onClose={() => setEditing(null)}>
        {editing && <TagForm tag={editing === 'new' ? null : editing} onDone={() => { setEditing(null); void tags.refetch() }} onCancel={() => setEditing(null)} />}
      </Dialog>
      <Confirm
        title={t('delete-tag')} text={t('delete-tag-text', { name: deleting?.name ?? '' })} act={t('delete-tag')} isOpen={deleting !== null} onClose={() => setDeleting(null)}
        onConfirm={() => act(() => api.delete(`tags/${deleting!.id}`))}
      />
    </>
  )
}

function TagForm({ tag, onDone, onCancel }: { tag: Tag | null; onDone: () => void; onCancel: () => void }) {
  const { t } = useI18n()
  const [name, setName] = useState(tag?.name ?? '')
  const [color, setColor] = useState<TagColor>(tag?.color ?? 'teal')
  const [error, setError] = useState<string | null>(null)
  const save = async () => {
    if (!name.trim()) return setError(t('field-required'))
    try {
      const body = { name: name.trim(), color }
      await (tag ? api.patch(`tags/${tag.id}`, body) : api.post('tags', body))
      onDone()
    } catch (failure) {
      if (failure instanceof ApiError && failure.field === 'name') setError(failure.message)
      else sayFailure(t, failure)
    }
  }
  return (
    <Form className="dialog-form" validationBehavior="aria" onSubmit={(event) => { event.preventDefault(); void save() }}>
      <TextField label={t('field-name')} value={name} onChange={(value) => { setError(null); setName(value) }} error={error} autoFocus maxLength={60} />
      <RadioGroup className="field" value={color} onChange={(value) => setColor(value as TagColor)}>
        <Label className="field__label">{t('color')}</Label>
        <div className="swatches">
          {COLORS.map((one) => (
            <Radio key={one} value={one} className="swatch" aria-label={t(`color-${one}`)}><span className={`tag-dot tag-dot--${one}`} /></Radio>
          ))}
        </div>
      </RadioGroup>
      <div className="dialog-form__foot">
        <Button onPress={onCancel}>{t('cancel')}</Button>
        <Button kind="primary" type="submit">{t('save')}</Button>
      </div>
    </Form>
  )
}
