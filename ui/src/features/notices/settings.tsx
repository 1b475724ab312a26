import { useI18n } from '../../i18n/context'
import { Switch } from '../../ui/field'
import { useMe } from '../session/queries'
import { askPermission, useNoticePreference, writePreference } from './preference'
import { playSound } from './sound'

/** Asks the browser at the click that switches them on, and never before. */
export function NoticeSettings() {
  const { t } = useI18n()
  const me = useMe()
  const { show, sound, allowed } = useNoticePreference(me.id)
  const turn = async (on: boolean) => writePreference(me.id, { show: on && (await askPermission()) === 'granted' })
  const turnSound = (on: boolean) => {
    writePreference(me.id, { sound: on })
    if (on) void playSound().catch(() => undefined)
  }
  return (
    <div className="card">
      <div className="card__head">
        <h2 className="card__title">{t('notifications')}</h2>
        <p className="card__text">{t('notifications-text')}</p>
      </div>
      <div className="card__body">
        <div>
          <Switch label={t('notifications-show')} help={t('notifications-show-help')} isSelected={show && allowed === 'granted'} isDisabled={allowed === 'impossible'} onChange={(on) => void turn(on)} />
          <div role="status">
            {allowed === 'denied' && <p className="card__warning">{t('notifications-denied')}</p>}
            {allowed === 'impossible' && <p className="card__warning">{t('notifications-impossible')}</p>}
          </div>
        </div>
        <Switch label={t('notifications-sound')} help={t('notifications-sound-help')} isSelected={sound} onChange={turnSound} />
      </div>
    </div>
  )
}
