import { Download, File as FileIcon, FileImage, FileText, Paperclip, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { ApiError, upload, type Upload } from '../../api/client'
import type { Attachment } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { IconButton } from '../../ui/button'
import { toast } from '../../ui/toast'

const LIMIT = 25_000_000

interface Pending { id: string; name: string; share: number; upload: Upload }

export function useUploads(onDone: (attachment: Attachment) => void) {
  const { t, format } = useI18n()
  const [pending, setPending] = useState<Pending[]>([])
  const add = (files: Iterable<File>) => {
    for (const file of files) {
      if (file.size > LIMIT) toast(t('attachment-too-big', { name: file.name, limit: format.size(LIMIT) }), { tone: 'danger' })
      else start(file)
    }
  }
  const start = (file: File) => {
    const id = crypto.randomUUID()
    const job = upload(file, (share) => setPending((old) => old.map((one) => (one.id === id ? { ...one, share } : one))))
    setPending((old) => [...old, { id, name: file.name, share: 0, upload: job }])
    job.done
      .then(onDone)
      .catch((error: unknown) => {
        if (!(error instanceof ApiError && error.code === 'cancelled')) toast(t('attachment-failed', { name: file.name }), { tone: 'danger' })
      })
      .finally(() => setPending((old) => old.filter((one) => one.id !== id)))
  }
  return { pending, add }
}

export function AttachButton({ onFiles }: { onFiles: (files: Iterable<File>) => void }) {
  const { t } = useI18n()
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton size="small" label={t('attach')} icon={<Paperclip size={16} aria-hidden="true" />} onPress={() => input.current?.click()} />
      <input
        ref={input} type="file" multiple hidden
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
    </>
  )
}

export function DraftAttachments({ attachments, pending, onRemove }: { attachments: Attachment[]; pending: Pending[]; onRemove: (id: string) => void }) {
  const { t, format } = useI18n()
  if (!attachments.length && !pending.length) return null
  return (
    <ul className="attachments" aria-label={t('attachments')}>
      {attachments.map((one) => (
        <li key={one.id} className="attachment">
          <Glyph type={one.media_type} />
          <span className="attachment__name truncate">{one.name}</span>
          <span className="attachment__size">{format.size(one.size)}</span>
          <IconButton size="small" label={t('attachment-remove', { name: one.name })} icon={<X size={14} aria-hidden="true" />} onPress={() => onRemove(one.id)} />
        </li>
      ))}
      {pending.map((one) => (
        <li key={one.id} className="attachment">
          <FileIcon size={16} aria-hidden="true" />
          <span className="attachment__name truncate">{one.name}</span>
          <progress className="attachment__progress" max={1} value={one.share} aria-label={t('uploading', { name: one.name })} />
          <IconButton size="small" label={t('upload-cancel', { name: one.name })} icon={<X size={14} aria-hidden="true" />} onPress={() => one.upload.cancel()} />
        </li>
      ))}
    </ul>
  )
}

export function MessageAttachments({ attachments }: { attachments: Attachment[] }) {
  const { t, format } = useI18n()
  const shown = attachments.filter((one) => !one.inline)
  if (!shown.length) return null
  return (
    <ul className="attachments" aria-label={t('attachments')}>
      {shown.map((one) => (
        <li key={one.id}>
          <a className={`attachment attachment--link${isPicture(one) ? ' attachment--picture' : ''}`} href={one.url} download={one.name} target="_blank" rel="noreferrer">
            {isPicture(one) && <img className="attachment__picture" src={one.url} alt="" loading="lazy" />}
            <Glyph type={one.media_type} />
            <span className="attachment__name truncate">{one.name}</span>
            <span className="attachment__size">{format.size(one.size)}</span>
            <Download size={14} aria-hidden="true" />
          </a>
        </li>
      ))}
    </ul>
  )
}

/** What every browser draws by itself; anything else is only offered as a file. */
const isPicture = ({ media_type }: Attachment) => /^image\/(png|jpeg|gif|webp|avif)$/.test(media_type)

function Glyph({ type }: { type: string }) {
  const Icon = type.startsWith('image/') ? FileImage : /pdf|text|word/.test(type) ? FileText : FileIcon
  return <Icon size={16} aria-hidden="true" />
}
