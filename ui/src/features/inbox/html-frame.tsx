import { ImageOff } from 'lucide-react'
import { useState } from 'react'
import type { Message } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'

const FOLDED = 420

/** Mail as its sender drew it: another origin, no script, nothing of ours within its reach. */
export function HtmlFrame({ html, name }: { html: NonNullable<Message['html']>; name: string }) {
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  const tall = html.height_hint > FOLDED
  return (
    <div className="html-frame">
      {html.remote_images && <p className="html-frame__images"><ImageOff size={14} aria-hidden="true" />{t('remote-images')}</p>}
      <iframe
        title={t('html-from', { name })} src={html.url} sandbox="allow-popups allow-popups-to-escape-sandbox" referrerPolicy="no-referrer" loading="lazy"
        style={{ height: open || !tall ? Math.max(80, html.height_hint) : FOLDED }}
      />
      {tall && <Button kind="link" size="small" aria-expanded={open} onPress={() => setOpen(!open)}>{t(open ? 'html-fold' : 'html-unfold')}</Button>}
    </div>
  )
}
