import type { Attachment, NewMessage } from './contract';
import type { Store } from './storage';

export interface Outgoing {
  client_id: string;
  text: string;
  attachments: Attachment[];
  at: string;
  state: 'sending' | 'waiting' | 'failed';
  reason: string;
  tries: number;
}

const PREFIX = 'out.';

/**
 * What was written and not yet acknowledged. Each message is a record of its own, so two tabs never overwrite each
 * other; the client's id makes a repeated delivery harmless.
 */
export class Outbox {
  entries: Outgoing[];

  constructor(
    private readonly store: Store,
    private readonly changed: () => void,
  ) {
    this.entries = store
      .names()
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => JSON.parse(store.get(name)!) as Outgoing)
      .sort((a, b) => a.at.localeCompare(b.at));
    for (const entry of this.entries) if (entry.state === 'sending') entry.state = 'waiting';
  }

  add(text: string, attachments: Attachment[]): Outgoing {
    const at = new Date().toISOString();
    const entry: Outgoing = { client_id: uuid(), text, attachments, at, state: 'sending', reason: '', tries: 0 };
    this.entries = [...this.entries, entry];
    this.save(entry);
    return entry;
  }

  /** The oldest that may be tried. */
  next(): Outgoing | undefined {
    return this.entries.find((entry) => entry.state !== 'failed');
  }

  change(client_id: string, patch: Partial<Outgoing>): void {
    this.entries = this.entries.map((entry) => (entry.client_id === client_id ? { ...entry, ...patch } : entry));
    const entry = this.entries.find((one) => one.client_id === client_id);
    if (entry) this.save(entry);
  }

  remove(client_id: string): boolean {
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => entry.client_id !== client_id);
    if (this.entries.length === before) return false;
    this.store.set(PREFIX + client_id, null);
    this.changed();
    return true;
  }

  clear(): void {
    for (const entry of this.entries) this.store.set(PREFIX + entry.client_id, null);
    this.entries = [];
    this.changed();
  }

  private save(entry: Outgoing): void {
    this.store.set(PREFIX + entry.client_id, JSON.stringify(entry));
    this.changed();
  }
}

export function asNewMessage({ client_id, text, attachments }: Outgoing): NewMessage {
  const ids = attachments.map((attachment) => attachment.id);
  return ids.length ? { client_id, text, attachments: ids } : { client_id, text };
}

/** crypto.randomUUID() is missing on plain http, where an intranet may run. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
