import { backOff } from './backoff';
import type { FromServer, ToServer } from './contract';

export interface SocketEvents {
  /** The first words on every new connection; null when there is nobody to speak for yet. */
  hello(): ToServer | null;
  hear(message: FromServer): void;
  /** The connection broke, or could not be made. */
  down(): void;
}

export interface Link {
  readonly up: boolean;
  open(): void;
  close(): void;
  /** Does not wait for the next turn of the back-off. */
  hurry(): void;
  send(message: ToServer): boolean;
}

/** The server pings every 8 s; a connection silent for longer than this is dead. */
const SILENCE = 18_000;

export function createLink(url: string, events: SocketEvents): Link {
  let socket: WebSocket | null = null;
  let wanted = false;
  let up = false;
  let attempt = 0;
  /** Frames heard on this connection: the server numbers them. */
  let heard = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let watch: ReturnType<typeof setTimeout> | undefined;

  function connect() {
    clearTimeout(retry);
    const hello = events.hello();
    if (socket || !wanted || !hello) return;
    const current = new WebSocket(url);
    socket = current;
    heard = 0;
    alive();
    current.onopen = () => current.send(JSON.stringify(hello));
    current.onmessage = (event) => {
      if (current === socket) receive(JSON.parse(event.data as string) as FromServer);
    };
    current.onclose = () => {
      if (current === socket) lost();
    };
  }

  function receive(message: FromServer) {
    alive();
    const number = message.n ?? heard + 1;
    if (number <= heard) return;
    // Something is missing: the server tells it again to whoever comes back.
    if (number > heard + 1) return lost();
    heard = number;
    if (message.type === 'hello') {
      up = true;
      attempt = 0;
    }
    if (message.type !== 'ping') events.hear(message);
  }

  function alive() {
    clearTimeout(watch);
    watch = setTimeout(lost, SILENCE);
  }

  function lost() {
    drop();
    if (!wanted) return;
    retry = setTimeout(connect, backOff(attempt++));
    events.down();
  }

  function drop() {
    clearTimeout(watch);
    const old = socket;
    socket = null;
    up = false;
    old?.close();
  }

  return {
    get up() {
      return up;
    },
    open() {
      wanted = true;
      connect();
    },
    close() {
      wanted = false;
      clearTimeout(retry);
      drop();
    },
    hurry() {
      if (!wanted || up) return;
      attempt = 0;
      connect();
    },
    send(message) {
      if (!up || socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
  };
}
