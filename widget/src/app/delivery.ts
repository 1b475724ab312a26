import { Failure, type Api } from './api';
import { backOff } from './backoff';
import { asNewMessage, type Outbox, type Outgoing } from './outbox';
import type { ChatMessage } from './contract';
import type { Link } from './socket';

export interface Delivery {
  /** Sends what waits, one at a time and in order. */
  flush(): Promise<void>;
  /** The server has this message; whoever waits for it is told. */
  acknowledged(client_id: string): void;
  refused(client_id: string, reason: string): void;
  /** Nobody answers on the socket any more: what waits goes by HTTP. */
  lineLost(): void;
}

/** How long the socket may take to acknowledge before the same message goes by HTTP. */
const PATIENCE = 8000;

interface Parts {
  api: Api;
  link: Link;
  outbox: Outbox;
  accept(message: ChatMessage): void;
  refused(): void;
  unknownVisitor(): void;
}

export function createDelivery({ api, link, outbox, accept, refused, unknownVisitor }: Parts): Delivery {
  const waiting = new Map<string, (known: boolean) => void>();
  let busy = false;
  let failures = 0;
  let later: ReturnType<typeof setTimeout> | undefined;

  async function flush() {
    if (busy) return;
    busy = true;
    clearTimeout(later);
    let entry: Outgoing | undefined;
    while (api.token && (entry = outbox.next())) {
      outbox.change(entry.client_id, { state: 'sending' });
      if (!(await deliver(entry))) break;
      failures = 0;
    }
    busy = false;
  }

  /** True when this entry is settled, false when the rest must wait as well. */
  async function deliver(entry: Outgoing): Promise<boolean> {
    if (await bySocket(entry)) return true;
    try {
      accept(await api.send(asNewMessage(entry)));
      return true;
    } catch (problem) {
      return settle(entry, problem as Failure);
    }
  }

  function bySocket(entry: Outgoing): Promise<boolean> {
    if (!link.send({ type: 'message', ...asNewMessage(entry) })) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => answer(false), PATIENCE);
      const answer = (known: boolean) => {
        clearTimeout(timer);
        waiting.delete(entry.client_id);
        resolve(known);
      };
      waiting.set(entry.client_id, answer);
    });
  }

  function settle(entry: Outgoing, { status, passing, message, wait }: Failure): boolean {
    const reached = status !== 0;
    if (status === 401) unknownVisitor();
    else if (!passing || (reached && entry.tries)) {
      refuse(entry.client_id, message);
      return true;
    }
    outbox.change(entry.client_id, { state: 'waiting', tries: entry.tries + Number(reached) });
    later = setTimeout(() => void flush(), wait || backOff(failures++));
    return false;
  }

  function refuse(client_id: string, reason: string) {
    outbox.change(client_id, { state: 'failed', reason, tries: 0 });
    refused();
  }

  return {
    flush,
    acknowledged: (client_id) => waiting.get(client_id)?.(true),
    lineLost: () => waiting.forEach((answer) => answer(false)),
    refused(client_id, reason) {
      refuse(client_id, reason);
      waiting.get(client_id)?.(true);
    },
  };
}
