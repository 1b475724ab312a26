import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ChevronLeft, FileUp, Lock, Upload, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { DropZone, FileTrigger, isFileDropItem } from 'react-aria-components'
import { uploadTo, type Upload as Sending } from '../../api/client'
import type { Import } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { usePageTitle } from '../../ui/page-title'
import { Empty, Skeleton } from '../../ui/state'
import { useCommands } from '../commands/store'
import { ApiError } from '../../api/client'
import { can, useMe } from '../session/queries'
import { LoadFailure } from '../shell/failure'
import { rowsOf } from './mapping'
import { Progress, StatePill } from './parts'
import { importsQuery } from './queries'
import '../../ui/table.css'
import '../settings/settings.css'
import './imports.css'

export function Imports() {
  const { t } = useI18n()
  const allowed = can(useMe()).importPeople
  usePageTitle(t('imports'), t('customers'))
  return (
    <main className="screen imports scroll" id="main" tabIndex={-1}>
      <div className="imports__page">
        <Link to="/customers" className="imports__back"><ChevronLeft size={16} aria-hidden="true" />{t('customers')}</Link>
        <h1 className="imports__title">{t('imports')}</h1>
        {allowed ? <Content /> : <Empty icon={Lock} title={t('imports-denied')}>{t('imports-denied-text')}</Empty>}
      </div>
    </main>
  )
}

function Content() {
  const { t } = useI18n()
  const imports = useInfiniteQuery(importsQuery)
  const rows = imports.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <p className="imports__intro">{t('imports-intro')}</p>
      <Drop />
      {imports.isError && !imports.data && <LoadFailure error={imports.error} onRetry={() => void imports.refetch()} />}
      {imports.isPending && <div className="skeleton-stack" aria-hidden="true"><Skeleton width="70%" /><Skeleton width="50%" /></div>}
      {rows.length > 0 && <Past imports={rows} />}
      {imports.hasNextPage && <p className="imports__more"><Button onPress={() => void imports.fetchNextPage()} isDisabled={imports.isFetchingNextPage}>{t('imports-more')}</Button></p>}
    </>
  )
}

/** Takes a file, by choice or by dropping it here. */
function Drop() {
  const { t } = useI18n()
  const navigate = useNavigate()
  const [sending, setSending] = useState<{ name: string; share: number } | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const upload = useRef<Sending<Import> | null>(null)
  const trigger = useRef<HTMLButtonElement>(null)
  useEffect(() => () => upload.current?.cancel(), [])
  const take = async (file: File | undefined) => {
    if (!file || sending) return
    setFailure(null)
    setSending({ name: file.name, share: 0 })
    upload.current = uploadTo<Import>('imports', file, (share) => setSending({ name: file.name, share }))
    try {
      const made = await upload.current.done
      void navigate({ to: '/imports/$import', params: { import: made.id } })
    } catch (error) {
      const known = error instanceof ApiError ? error : null
      if (known?.code !== 'cancelled') setFailure(known?.offline ? t('imports-offline') : wordsOf(known))
    } finally {
      setSending(null)
    }
  }
  const wordsOf = (error: ApiError | null) => {
    if (error?.code === 'required') return t('imports-empty-file')
    if (error?.code === 'invalid_encoding') return t('imports-no-text')
    return error?.message || t('imports-failed')
  }
  useCommands([{ id: 'new-import', label: t('imports-choose'), group: 'action', run: () => trigger.current?.click() }])
  return (
    <DropZone
      className="import-drop" aria-label={t('imports-drop')} isDisabled={!!sending}
      onDrop={(event) => void event.items.find(isFileDropItem)?.getFile().then(take)}
    >
      {sending
        ? (
          <div className="import-drop__sending">
            <p className="truncate">{t(sending.share < 1 ? 'imports-sending' : 'imports-looking', { name: sending.name })}</p>
            <Progress label={t('imports-sending', { name: sending.name })} value={sending.share} />
            {sending.share < 1 && <Button size="small" icon={<X size={14} aria-hidden="true" />} onPress={() => upload.current?.cancel()}>{t('cancel')}</Button>}
          </div>
        )
        : (
          <>
            <FileUp size={24} aria-hidden="true" className="import-drop__icon" />
            <p>{t('imports-drop')}</p>
            <FileTrigger acceptedFileTypes={['.csv', '.tsv', '.txt', '.jsonl', '.ndjson', '.json']} onSelect={(files) => void take(files?.[0])}>
              <Button ref={trigger} kind="primary" icon={<Upload size={15} aria-hidden="true" />}>{t('imports-choose')}</Button>
            </FileTrigger>
            <p className="muted import-drop__help">{t('imports-formats')}</p>
          </>
        )}
      {failure && <p className="channel__error" role="alert">{failure}</p>}
    </DropZone>
  )
}

function Past({ imports }: { imports: Import[] }) {
  const { t } = useI18n()
  return (
    <>
      <h2 className="imports__part">{t('imports-past')}</h2>
      <div className="table-frame">
        <table className="table table--stack" role="table">
          <caption className="visually-hidden">{t('imports-past')}</caption>
          <thead>
            <tr role="row">
              <th scope="col" role="columnheader">{t('import-file')}</th>
              <th scope="col" role="columnheader">{t('import-state')}</th>
              <th scope="col" role="columnheader">{t('import-outcome')}</th>
              <th scope="col" role="columnheader">{t('import-when')}</th>
            </tr>
          </thead>
          <tbody>{imports.map((one) => <Row key={one.id} one={one} />)}</tbody>
        </table>
      </div>
    </>
  )
}

function Row({ one }: { one: Import }) {
  const { t, format } = useI18n()
  const { counts } = one
  return (
    <tr role="row">
      <td role="cell">
        <Link to="/imports/$import" params={{ import: one.id }} className="imports__link">{one.name}</Link>
        <span className="table__sub">{t(`import-kind-${one.kind}`)} · {format.size(one.size)}</span>
      </td>
      <td role="cell"><StatePill one={one} /></td>
      <td role="cell" className="tabular">
        {rowsOf(counts) === 0 ? <span className="muted">–</span> : <>{t('import-worked', { count: format.number(rowsOf(counts) - counts.wrong) })}{counts.wrong > 0 && <span className="table__sub">{t('import-set-aside', { count: format.number(counts.wrong) })}</span>}</>}
      </td>
      <td role="cell"><time dateTime={one.created_at} title={format.full(one.created_at)}>{format.ago(one.created_at)}</time><span className="table__sub">{one.created_by.name}</span></td>
    </tr>
  )
}
