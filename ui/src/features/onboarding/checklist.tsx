import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Circle, CircleCheck } from 'lucide-react'
import type { Channel } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { Button } from '../../ui/button'
import { sayFailure } from '../inbox/acts'
import { channelsQuery, usersQuery, viewsQuery } from '../inbox/queries'
import { can, useMe, useUpdateMe } from '../session/queries'
import { doneSteps, openSteps, STEPS, type Step } from './steps'
import './onboarding.css'

/** How far a new workspace is: undefined while that is not known, null when nothing is left for this user. */
export function useFirstSteps() {
  const me = useMe()
  const enabled = can(me).administer
  const asked = [useQuery({ ...channelsQuery, enabled }), useQuery({ ...usersQuery, enabled }), useQuery(viewsQuery)] as const
  if (!enabled || asked.some((query) => query.isError)) return null
  const [channels, users, views] = [asked[0].data, asked[1].data, asked[2].data]
  if (!channels || !users || !views) return undefined
  const conversations = views.filter((view) => !view.team).reduce((sum, view) => sum + view.count, 0)
  const localZone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const done = doneSteps({ zone: me.time_zone, localZone, channels, colleagues: users.filter((user) => !user.disabled_at).length, conversations })
  const left = openSteps(done, me.skipped_steps)
  return left.length ? { done, left, channels, localZone } : null
}

export function Checklist({ steps: { done, left, channels, localZone } }: { steps: NonNullable<ReturnType<typeof useFirstSteps>> }) {
  const { t } = useI18n()
  const me = useMe()
  const update = useUpdateMe()
  const save = (change: Parameters<typeof update>[0]) => void update(change).catch((error: unknown) => sayFailure(t, error))
  const act = useStepAct(channels, () => save({ time_zone: localZone }))
  const shown = STEPS.filter((step) => done.has(step) || left.includes(step))
  return (
    <section className="first-steps" aria-labelledby="first-steps">
      <header className="first-steps__head">
        <h2 id="first-steps" className="first-steps__title">{t('first-steps')}</h2>
        <p className="muted">{t('first-steps-progress', { done: shown.length - left.length, count: shown.length })}</p>
      </header>
      <ol className="first-steps__list">
        {shown.map((step) => (
          <li key={step} className={`first-step${done.has(step) ? ' first-step--done' : ''}`}>
            {done.has(step) ? <CircleCheck size={18} role="img" aria-label={t('first-step-done')} /> : <Circle size={18} aria-hidden="true" />}
            <div className="first-step__text">
              <p className="first-step__title">{t(`first-step-${step}`)}</p>
              {!done.has(step) && <p className="muted">{t(`first-step-${step}-text`, { zone: localZone })}</p>}
            </div>
            {!done.has(step) && (
              <span className="first-step__acts">
                <Button size="small" kind={step === left[0] ? 'primary' : 'secondary'} isDisabled={step === 'message' && !channels.length} onPress={() => act(step)}>{t(`first-step-${step}-act`)}</Button>
                <Button size="small" kind="quiet" aria-label={t('first-step-skip-named', { step: t(`first-step-${step}`) })} onPress={() => save({ skipped_steps: [...me.skipped_steps, step] })}>{t('first-step-skip')}</Button>
              </span>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

function useStepAct(channels: Channel[], takeZone: () => void) {
  const navigate = useNavigate()
  const settings = (section: string, search: { item?: string; action?: string }) => void navigate({ to: '/settings/{-$section}', params: { section }, search })
  const chat = channels.find((channel) => channel.kind === 'chat' && channel.enabled)
  const address = channels.find((channel) => channel.addresses.length)?.addresses[0]
  const write = () => {
    if (chat) window.open(`/widget/${chat.key}`, '_blank', 'noopener')
    else if (address) location.href = `mailto:${address}`
    else settings('channels', { item: channels[0]?.id })
  }
  return (step: Step) => {
    switch (step) {
      case 'zone': return takeZone()
      case 'channel': return settings('channels', { action: 'new' })
      case 'colleague': return settings('users', { action: 'new' })
      case 'message': return write()
      case 'chat': return settings('channels', chat ? { item: chat.id } : { action: 'new' })
    }
  }
}
