import { deviceTimeZone } from '../../i18n/context'

export function timeZones(current?: string) {
  const zones = new Set(Intl.supportedValuesOf('timeZone'))
  for (const zone of [deviceTimeZone(), current, 'UTC']) if (zone) zones.add(zone)
  return [...zones].sort()
}
