import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backOff, LiveSocket } from './socket'

class FakeSocket {
  static OPEN = 1
  static CONNECTING = 0
  static made: FakeSocket[] = []
  readyState = 0
  sent: string[] = []
  onopen = () => {}
  onclose = () => {}
  onmessage = (_: { data: string }) => {}
  constructor() { FakeSocket.made.push(this) }
  send(text: string) { this.sent.push(text) }
  close() { this.onclose() }
  accept() { this.readyState = 1; this.onopen() }
  say(message: object) { this.onmessage({ data: JSON.stringify(message) }) }
}

describe('the live line', () => {
  beforeEach(() => {
    FakeSocket.made = []
    vi.useFakeTimers()
    vi.stubGlobal('WebSocket', FakeSocket)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('asks, after a break, for what came since the last fact it saw', () => {
    const live = new LiveSocket('ws://x', { message: () => {}, status: () => {} })
    live.open()
    const first = FakeSocket.made[0]!
    first.accept()
    expect(first.sent).toEqual(['{"type":"hello","since":null}'])
    first.say({ type: 'hello', cursor: '7' })
    first.say({ type: 'fact', cursor: '9' })
    first.close()
    vi.advanceTimersByTime(1_000)
    const second = FakeSocket.made[1]!
    second.accept()
    expect(second.sent).toEqual(['{"type":"hello","since":"9"}'])
    live.close()
  })

  it('a greeting after a break does not skip what was missed', () => {
    const live = new LiveSocket('ws://x', { message: () => {}, status: () => {} })
    live.open()
    FakeSocket.made[0]!.accept()
    FakeSocket.made[0]!.say({ type: 'hello', cursor: '7' })
    FakeSocket.made[0]!.close()
    vi.advanceTimersByTime(1_000)
    FakeSocket.made[1]!.accept()
    FakeSocket.made[1]!.say({ type: 'hello', cursor: '12' })
    FakeSocket.made[1]!.close()
    vi.advanceTimersByTime(1_000)
    FakeSocket.made[2]!.accept()
    expect(FakeSocket.made[2]!.sent).toEqual(['{"type":"hello","since":"7"}'])
    live.close()
  })

  it('a line that has gone silent is given up and opened anew', () => {
    const states: string[] = []
    const live = new LiveSocket('ws://x', { message: () => {}, status: (state) => states.push(state) })
    live.open()
    FakeSocket.made[0]!.accept()
    FakeSocket.made[0]!.say({ type: 'hello', cursor: '1' })
    vi.advanceTimersByTime(19_000)
    expect(states).toEqual(['open', 'lost'])
    expect(FakeSocket.made.length).toBeGreaterThan(1)
    live.close()
  })

  it('comes back at once when a frame is missing, and asks for what came since the last one it saw', () => {
    const heard: string[] = []
    const live = new LiveSocket('ws://x', { message: (message) => heard.push(message.type), status: () => {} })
    live.open()
    const first = FakeSocket.made[0]!
    first.accept()
    first.say({ type: 'hello', cursor: '7', n: 1 })
    first.say({ type: 'fact', cursor: '8', n: 2 })
    first.say({ type: 'fact', cursor: '8', n: 2 })
    first.say({ type: 'fact', cursor: '11', n: 4 })
    first.say({ type: 'fact', cursor: '10', n: 3 })
    expect(heard).toEqual(['reset', 'fact'])
    vi.advanceTimersByTime(1_000)
    FakeSocket.made[1]!.accept()
    expect(FakeSocket.made[1]!.sent).toEqual(['{"type":"hello","since":"8"}'])
    live.close()
  })

  it('a greeting of ours that got lost is noticed by the first ping', () => {
    const live = new LiveSocket('ws://x', { message: () => {}, status: () => {} })
    live.open()
    FakeSocket.made[0]!.accept()
    FakeSocket.made[0]!.say({ type: 'ping', n: 1 })
    vi.advanceTimersByTime(1_000)
    expect(FakeSocket.made).toHaveLength(2)
    live.close()
  })

  it('what was read before the line was there is read again', () => {
    const heard: object[] = []
    const live = new LiveSocket('ws://x', { message: (message) => heard.push(message), status: () => {} })
    live.open()
    FakeSocket.made[0]!.accept()
    FakeSocket.made[0]!.say({ type: 'hello', cursor: '7' })
    expect(heard).toEqual([{ type: 'reset', cursor: '7' }])
    live.close()
  })

  it('a line on which nobody ever answers is given up, too', () => {
    const live = new LiveSocket('ws://x', { message: () => {}, status: () => {} })
    live.open()
    FakeSocket.made[0]!.close = () => {}
    vi.advanceTimersByTime(60_000)
    expect(FakeSocket.made.length).toBeGreaterThan(1)
    live.close()
  })

  it('waits longer and longer, but never beyond twenty seconds', () => {
    expect(backOff(0, 1)).toBe(500)
    expect(backOff(3, 0)).toBe(2_000)
    expect(backOff(30, 1)).toBe(20_000)
  })
})
