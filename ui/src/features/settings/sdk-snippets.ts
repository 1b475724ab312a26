import { asCurl } from '../events/stream'

/** The ways in that are shown with a new write key; docs/collection.md has the others. */
export const WAYS = ['browser', 'node', 'python', 'curl'] as const
export type Way = (typeof WAYS)[number]

/** The lines that send a first event to this address with this key. */
export function snippet(way: Way, origin: string, key: string) {
  const host = origin.replace(/^https?:\/\//, '')
  const protocol = origin.startsWith('http://') ? ", protocol: 'http'" : ''
  const lines: Record<Way, string[]> = {
    browser: [
      `// npm install @segment/analytics-next`,
      `import { AnalyticsBrowser } from '@segment/analytics-next'`,
      `const analytics = AnalyticsBrowser.load(`,
      `  { writeKey: '${key}', cdnURL: '${origin}' },`,
      `  { integrations: { 'Segment.io': { apiHost: '${host}/v1'${protocol} } } },`,
      `)`,
      `analytics.page()`,
    ],
    node: [
      `// npm install @segment/analytics-node`,
      `import { Analytics } from '@segment/analytics-node'`,
      `const analytics = new Analytics({ writeKey: '${key}', host: '${origin}' })`,
      `analytics.track({ userId: 'test-1', event: 'Test Event' })`,
    ],
    python: [
      `# pip install segment-analytics-python`,
      `from segment.analytics import Client`,
      `analytics = Client('${key}', host='${origin}')`,
      `analytics.track('test-1', 'Test Event')`,
      `analytics.flush()`,
    ],
    curl: [asCurl(origin, 'track', { userId: 'test-1', event: 'Test Event' }, key)],
  }
  return lines[way].join('\n')
}
