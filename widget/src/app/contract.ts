/** The visitor's side of the chat contract (docs/api-design.md). */

export interface Attachment {
  id: string;
  name: string;
  media_type: string;
  size: number;
  url: string;
}

export interface ChatMessage {
  id: string;
  seq: number;
  client_id: string | null;
  from: 'visitor' | 'agent' | 'system';
  author: string | null;
  text: string;
  at: string;
  attachments: Attachment[];
}

export interface Channel {
  name: string;
  greeting: { hu: string; en: string };
  reply_time: { hu: string; en: string };
  color: string;
  position: string;
  ask_email: 'never' | 'offer' | 'require';
}

export interface Person {
  name: string | null;
  email: string | null;
  verified: boolean;
}

export interface VisitorRequest {
  token?: string;
  identity?: string;
  locale: string;
  page?: { url: string; title: string };
  referrer?: string;
}

export interface Visitor {
  token: string;
  visitor_id: string;
  locale: string;
  channel: Channel;
  person: Person;
  conversation: { last_seq: number; open: boolean } | null;
  online: boolean;
}

export interface NewMessage {
  client_id: string;
  text: string;
  attachments?: string[];
}

export type ToServer =
  | { type: 'hello'; token: string; since: number }
  | ({ type: 'message' } & NewMessage)
  | { type: 'typing'; on: boolean }
  | { type: 'read'; seq: number };

/** `n` counts the frames of a connection. */
export type FromServer = { n?: number } & (
  | { type: 'hello'; last_seq: number; online: boolean }
  | { type: 'message'; message: ChatMessage }
  | { type: 'typing'; on: boolean; name: string | null }
  | { type: 'read'; seq: number }
  | { type: 'error'; code: string; message: string; client_id?: string }
  | { type: 'ping' }
);
