import type { LiveServerMessage, PresenceState } from '../../api/types'

export type LiveStatus = 'connecting' | 'open' | 'lost'

interface Handlers {
  message: (message: LiveServerMessage) => void
  status: (status: LiveStatus) => void
}

const FIRST_WAIT = 500
const LONGEST_WAIT = 20_000
/** The server pings every 8 s: silence of twice that means a dead line. */
const SILENCE = 18_000

/** One socket for the whole application: comes back by itself, resumes after the last fact it saw. */
export class LiveSocket {
  private socket: WebSocket | null = null
  private cursor: string | null = null
  /** Frames heard on this connection: the server numbers them. */
  private heard = 0
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
    this.heard = 0
    this.listen(socket)
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', since: this.cursor }))
    socket.onmessage = (event) => {
      if (socket === this.socket) this.receive(socket, JSON.parse(String(event.data)) as LiveServerMessage)
    }
    socket.onclose = () => this.lost(socket)
  }

  private listen(socket: WebSocket) {
    clearTimeout(this.silence)
    this.silence = setTimeout(() => this.lost(socket), SILENCE)
  }

  private receive(socket: WebSocket, message: LiveServerMessage) {
    this.listen(socket)
    const number = message.n ?? this.heard + 1
    if (number <= this.heard) return
    // Something is missing: the server tells it again to whoever comes back.
    if (number > this.heard + 1) return this.lost(socket)
    this.heard = number
    const isGreeting = message.type === 'hello' || message.type === 'reset'
    // Our own greeting never arrived: nobody tells us anything.
    if (number === 1 && !isGreeting) return this.lost(socket)
    if (isGreeting) {
      this.attempts = 0
      this.handlers.status('open')
    }
    if (message.type === 'hello' && this.cursor === null) {
      // What was read before the line was there may be old already.
      this.cursor = message.cursor
      return this.handlers.message({ type: 'reset', cursor: message.cursor })
    }
    // Facts missed meanwhile follow the hello.
    if (message.type === 'fact' || message.type === 'reset') this.cursor = message.cursor
    this.handlers.message(message)
  }

  private lost(socket: WebSocket) {
    if (this.closed || socket !== this.socket) return
    clearTimeout(this.silence)
    // A dead line takes long to close; nobody waits for it.
    this.socket = null
    socket.close()
    this.handlers.status('lost')
    this.timer = setTimeout(() => this.connect(), backOff(this.attempts++))
  }
}

/** Doubling, with a random half, so that a thousand browsers do not come back in one second. */
export function backOff(attempt: number, random = Math.random()) {
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt)
  return wait / 2 + (wait / 2) * random
}
