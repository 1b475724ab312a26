import { expect, test } from 'vitest'
import { snippet, WAYS } from './sdk-snippets'

test('every way in names the address and the key it was made for', () => {
  for (const way of WAYS) {
    const text = snippet(way, 'https://kapocs.example', 'kps_1')
    expect(text, way).toContain('kps_1')
    expect(text, way).toContain('kapocs.example')
    expect(text, way).not.toContain('http:')
  }
})

test('an address without TLS is said to the browser SDK, which would use TLS by itself', () => {
  expect(snippet('browser', 'http://127.0.0.1:8080', 'k')).toContain(`apiHost: '127.0.0.1:8080/v1', protocol: 'http'`)
})
