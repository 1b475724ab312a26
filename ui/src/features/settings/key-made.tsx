import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { NewKey } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { Select } from '../../ui/field'
import { toast } from '../../ui/toast'
import { snippet, WAYS, type Way } from './sdk-snippets'

/** The secret of a new key, once, and what to do with it. */
export function KeyMade({ made }: { made: NewKey }) {
  const { t } = useI18n()
  return (
    <div className="secret">
      <p>{t('secret-once')}</p>
      <code>{made.secret}</code>
      <CopyButton text={made.secret} primary />
      {made.scopes.includes('intake') && <FirstEvent secret={made.secret} />}
    </div>
  )
}

function FirstEvent({ secret }: { secret: string }) {
  const { t } = useI18n()
  const [way, setWay] = useState<Way>('browser')
  const text = snippet(way, location.origin, secret)
  return (
    <>
      <Select label={t('key-way')} value={way} onChange={(id) => setWay(id as Way)} options={WAYS.map((id) => ({ id, name: t(`key-way-${id}`) }))} />
      <pre className="snippet" tabIndex={0} role="region" aria-label={t(`key-way-${way}`)}>{text}</pre>
      <CopyButton text={text} />
      <p className="muted"><Link to="/settings/{-$section}" params={{ section: 'events' }}>{t('key-see-events')}</Link></p>
    </>
  )
}

function CopyButton({ text, primary }: { text: string; primary?: boolean }) {
  const { t } = useI18n()
  return <Button kind={primary ? 'primary' : 'secondary'} onPress={() => void navigator.clipboard.writeText(text).then(() => toast(t('copied')))}>{t('copy')}</Button>
}
