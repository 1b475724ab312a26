import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Cable, CircleAlert, CircleCheck, CircleX, Clock, Pencil, Plus, Power, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import type { Channel, ChannelKind, ChannelTest, Page } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { ChannelGlyph } from '../../ui/avatar'
import { Button, IconButton } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { Switch } from '../../ui/field'
import { channelsQuery } from '../inbox/queries'
import { sayFailure } from '../inbox/acts'
import { Confirm } from './card'
import { ChannelForm, KindChoice } from './channel-form'
import { Listing } from './listing'
import { useAct } from './use-act'

const route = getRouteApi('/shell/settings/{-$section}')

export function Channels() {
  const { t } = useI18n()
  const navigate = useNavigate()
  const { item, action } = route.useSearch()
  const channels = useQuery(channelsQuery)
  const kinds = useQuery({ queryKey: ['channel-kinds'], queryFn: async () => (await api.get<Page<ChannelKind>>('channel-kinds')).items })
  const act = useAct(channelsQuery.queryKey)
  const [kind, setKind] = useState<ChannelKind | null>(null)
  const [deleting, setDeleting] = useState<Channel | null>(null)
  const show = (search: { item?: string; action?: string }) => void navigate({ to: '/settings/{-$section}', params: { section: 'channels' }, search })
  const close = () => {
    setKind(null)
    show({})
  }
  const edited = channels.data?.find((channel) => channel.id === item && action !== 'new') ?? null
  const editedKind = kinds.data?.find((one) => one.kind === edited?.kind) ?? null
  const add = <Button kind="primary" icon={<Plus size={15} aria-hidden="true" />} onPress={() => show({ action: 'new' })}>{t('new-channel')}</Button>
  const done = () => {
    close()
    void channels.refetch()
  }
  return (
    <>
      {!!channels.data?.length && <div className="toolbar">{add}</div>}
      <Listing query={channels} empty={{ icon: Cable, title: t('channels-none'), text: t('channels-none-text'), action: add }}>
        {(items) => items.map((channel) => (
          <ChannelCard key={channel.id} channel={channel} kindName={t(`kind-${channel.kind}`)} act={act} onEdit={() => show({ item: channel.id })} onDelete={() => setDeleting(channel)} />
        ))}
      </Listing>
      <Dialog title={kind ? t('new-channel-of', { kind: t(`kind-${kind.kind}`) }) : t('new-channel')} closeLabel={t('close-dialog')} isOpen={action === 'new'} onClose={close} wide>
        {kind ? <ChannelForm kind={kind} channel={null} onDone={done} onCancel={() => setKind(null)} /> : <KindChoice kinds={kinds.data ?? []} onChoose={setKind} />}
      </Dialog>
      <Dialog title={t('edit-channel')} closeLabel={t('close-dialog')} isOpen={edited !== null && editedKind !== null} onClose={close} wide>
        {edited && editedKind && <ChannelForm kind={editedKind} channel={edited} onDone={done} onCancel={close} />}
      </Dialog>
      <Confirm
        title={t('delete-channel')} text={t('delete-channel-text', { name: deleting?.name ?? '' })} act={t('delete-channel')} isOpen={deleting !== null} onClose={() => setDeleting(null)}
        onConfirm={() => act(() => api.delete(`channels/${deleting!.id}`))}
      />
    </>
  )
}

const HEALTH_ICONS = { ok: CircleCheck, waiting: Clock, error: CircleAlert, off: Power }

interface CardProps { channel: Channel; kindName: string; act: ReturnType<typeof useAct>; onEdit: () => void; onDelete: () => void }

function ChannelCard({ channel, kindName, act, onEdit, onDelete }: CardProps) {
  const { t, format } = useI18n()
  const { health } = channel
  const Icon = HEALTH_ICONS[health.state]
  return (
    <section className="channel" aria-label={channel.name}>
      <div className="channel__head">
        <span className="channel__glyph"><ChannelGlyph kind={channel.kind} size={18} /></span>
        <div className="channel__name">
          <h2>{channel.name}</h2>
          <p className="table__sub">{[kindName, ...channel.addresses.filter((address) => address !== channel.name)].join(' · ')}</p>
        </div>
        <span className={`pill pill--${health.state}`}><Icon size={13} aria-hidden="true" />{t(`health-${health.state}`)}</span>
        <IconButton label={t('edit-named', { name: channel.name })} icon={<Pencil size={16} aria-hidden="true" />} onPress={onEdit} />
        <IconButton label={t('delete-named', { name: channel.name })} icon={<Trash2 size={16} aria-hidden="true" />} onPress={onDelete} />
      </div>
      {health.error && <p className="channel__error" role="alert">{health.error}{health.error_at && ` · ${format.ago(health.error_at)}`}</p>}
      <p className="channel__health">
        <span>{t('last-in', { ago: health.last_in_at ? format.ago(health.last_in_at) : t('never') })}</span>
        <span>{t('last-out', { ago: health.last_out_at ? format.ago(health.last_out_at) : t('never') })}</span>
      </p>
      <Install channel={channel} />
      <TestChannel channel={channel}>
        <Switch label={t('channel-on')} isSelected={channel.enabled} onChange={(enabled) => void act(() => api.patch(`channels/${channel.id}`, { enabled }))} />
      </TestChannel>
    </section>
  )
}

/** How the chat gets onto a page, and where the form is. */
function Install({ channel }: { channel: Channel }) {
  const { t } = useI18n()
  if (channel.kind !== 'chat' && channel.kind !== 'form') return null
  const { origin } = location
  const text = channel.kind === 'chat' ? `<script async src="${origin}/widget.js" data-channel="${channel.key}"></script>` : `${origin}/hu/forms/${channel.key}\n${origin}/en/forms/${channel.key}`
  return (
    <details className="install">
      <summary>{t(channel.kind === 'chat' ? 'install-chat' : 'install-form')}</summary>
      <code className="snippet">{text}</code>
    </details>
  )
}

function TestChannel({ channel, children }: { channel: Channel; children: React.ReactNode }) {
  const { t } = useI18n()
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<ChannelTest | null>(null)
  const test = async () => {
    setBusy(true)
    try {
      setResult(await api.post<ChannelTest>(`channels/${channel.id}/test`))
    } catch (error) {
      sayFailure(t, error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <div className="channel__acts channel__acts--spread">
        {children}
        <Button size="small" isPending={busy} onPress={() => void test()}>{t('test-connection')}</Button>
      </div>
      <div role="status">
        {result && (
          <ol className="steps">
            {result.steps.map((step) => (
              <li key={step.name} className={step.ok ? 'steps__ok' : 'steps__bad'}>
                {step.ok ? <CircleCheck size={16} role="img" aria-label={t('step-ok')} /> : <CircleX size={16} role="img" aria-label={t('step-failed')} />}
                <span>{step.name} <span className="steps__detail">{step.detail}</span></span>
              </li>
            ))}
          </ol>
        )}
      </div>
    </>
  )
}
