import { ImageOff } from 'lucide-react'
import { useState, type CSSProperties } from 'react'
import type { Message } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'

const FOLDED = 420

/** Mail as its sender drew it: another origin, no script, nothing of ours within its reach. */
export function HtmlFrame({ html, name }: { html: NonNullable<Message['html']>; name: string }) {
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  const [images, setImages] = useState(false)
  const tall = html.height_hint > FOLDED
  const whole = Math.max(80, html.height_hint)
  return (
    <div className="html-frame">
      {html.url_with_images && !images && (
        <p className="html-frame__images">
          <ImageOff size={14} aria-hidden="true" />
          <span>{t('remote-images')}</span>
          <Button kind="link" size="small" onPress={() => setImages(true)}>{t('remote-images-show')}</Button>
        </p>
      )}
      <iframe
        title={t('html-from', { name })} src={images && html.url_with_images ? html.url_with_images : html.url} sandbox="allow-popups allow-popups-to-escape-sandbox" referrerPolicy="no-referrer" loading="lazy"
        style={{ height: open || !tall ? whole : FOLDED, '--whole': `${whole}px` } as CSSProperties}
      />
      {tall && <Button kind="link" size="small" aria-expanded={open} onPress={() => setOpen(!open)}>{t(open ? 'html-fold' : 'html-unfold')}</Button>}
    </div>
  )
}
