// How each vendor's documentation says to send from Node.js: somebody unknown looks, signs in, and orders.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const ORDER = { order_id: 'K-1', total: 12.5 }
const traits = (name) => ({ email: `${name}@vevo.example`, plan: 'gold' })

/** Name of the SDK → what it sends; each speaks of the user `<name>` and the browser `<name>-browser`. */
export const nodeSdks = {
  async 'segment-node'({ origin, writeKey }, name) {
    const { Analytics } = await import('@segment/analytics-node')
    const analytics = new Analytics({ writeKey, host: origin })
    analytics.track({ anonymousId: `${name}-browser`, event: 'Product Viewed' })
    analytics.identify({ userId: name, anonymousId: `${name}-browser`, traits: traits(name) })
    analytics.track({ userId: name, event: 'Order Completed', properties: ORDER })
    await analytics.closeAndFlush({ timeout: 10_000 })
  },
  async 'rudder-node'({ origin, writeKey }, name) {
    const Rudder = require('@rudderstack/rudder-sdk-node')
    const analytics = new (Rudder.default ?? Rudder)(writeKey, { dataPlaneUrl: origin })
    analytics.track({ anonymousId: `${name}-browser`, event: 'Product Viewed' })
    analytics.identify({ userId: name, anonymousId: `${name}-browser`, traits: traits(name) })
    analytics.track({ userId: name, event: 'Order Completed', properties: ORDER })
    await analytics.flush()
  },
  async jitsu({ origin, writeKey }, name) {
    // Its keys have two parts; ours has one.
    const { jitsuAnalytics } = require('@jitsu/js')
    const analytics = jitsuAnalytics({ host: origin, writeKey: `${writeKey}:-`, s2s: true })
    await analytics.setAnonymousId?.(`${name}-browser`)
    await analytics.track('Product Viewed', {})
    await analytics.identify(name, traits(name))
    await analytics.track('Order Completed', ORDER)
  },
  async 'customerio-node'({ origin, writeKey }, name) {
    const { Analytics } = await import('@customerio/cdp-analytics-node')
    const analytics = new Analytics({ writeKey, host: origin })
    analytics.track({ anonymousId: `${name}-browser`, event: 'Product Viewed' })
    analytics.identify({ userId: name, anonymousId: `${name}-browser`, traits: traits(name) })
    analytics.track({ userId: name, event: 'Order Completed', properties: ORDER })
    await analytics.closeAndFlush({ timeout: 10_000 })
  },
  async 'posthog-node'({ origin, writeKey }, name) {
    const { PostHog } = await import('posthog-node')
    const posthog = new PostHog(writeKey, { host: origin })
    posthog.capture({ distinctId: `${name}-browser`, event: 'Product Viewed', properties: { $device_id: `${name}-browser` } })
    posthog.capture({ distinctId: name, event: '$identify', properties: { $anon_distinct_id: `${name}-browser`, $set: traits(name) } })
    posthog.capture({ distinctId: name, event: 'Order Completed', properties: ORDER })
    await posthog.shutdown()
  },
}
