import type { LiveServerMessage, PresenceState } from '../../api/types'

export type LiveStatus = 'connecting' | 'open' | 'lost'

interface Handlers {
  message: (message: LiveServerMessage) => void
  status: (status: LiveStatus) => void
}

const FIRST_WAIT = 500
const LONGEST_WAIT = 20_000
/** The server pings every 25 s: silence of twice that means a dead line. */
const SILENCE = 55_000

/** One socket for the whole application: comes back by itself, resumes after the last fact it saw. */
export class LiveSocket {
  private socket: WebSocket | null = null
  private cursor: string | null = null
  private attempts = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private silence: ReturnType<typeof setTimeout> | undefined
  private closed = false

  constructor(private readonly url: string, private readonly handlers: Handlers) {}

  open() {
    this.closed = false
    this.connect()
    window.addEventListener('online', this.now)
  }

  close() {
    this.closed = true
    window.removeEventListener('online', this.now)
    clearTimeout(this.timer)
    clearTimeout(this.silence)
    this.socket?.close()
  }

  presence(conversation: string, state: PresenceState) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ type: 'presence', conversation, state }))
  }

  private readonly now = () => {
    clearTimeout(this.timer)
    if (this.socket?.readyState !== WebSocket.OPEN && this.socket?.readyState !== WebSocket.CONNECTING) this.connect()
  }

  private connect() {
    const socket = new WebSocket(this.url)
    this.socket = socket
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', since: this.cursor }))
    socket.onmessage = (event) => this.receive(JSON.parse(String(event.data)) as LiveServerMessage)
    socket.onclose = () => this.lost(socket)
  }

  private receive(message: LiveServerMessage) {
    clearTimeout(this.silence)
    this.silence = setTimeout(() => this.socket?.close(), SILENCE)
    // Facts missed meanwhile follow the hello; a first hello only tells where to start.
    if (message.type === 'hello') this.cursor ??= message.cursor
    // A reset is a greeting too: of somebody who was away for too long.
    if (message.type === 'hello' || message.type === 'reset') {
      this.attempts = 0
      this.handlers.status('open')
    }
    if (message.type === 'fact' || message.type === 'reset') this.cursor = message.cursor
    this.handlers.message(message)
  }

  private lost(socket: WebSocket) {
    if (this.closed || socket !== this.socket) return
    clearTimeout(this.silence)
    this.handlers.status('lost')
    this.timer = setTimeout(() => this.connect(), backOff(this.attempts++))
  }
}

/** Doubling, with a random half, so that a thousand browsers do not come back in one second. */
export function backOff(attempt: number, random = Math.random()) {
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt)
  return wait / 2 + (wait / 2) * random
}
