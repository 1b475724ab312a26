import type { ChatMessage } from './contract';

/** Messages in the order of the server's numbers, each once, however often and in whatever order they arrive. */
export function upsert(messages: ChatMessage[], arrived: ChatMessage[]): ChatMessage[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  for (const message of arrived) byId.set(message.id, message);
  return [...byId.values()].sort((a, b) => a.seq - b.seq);
}

export function lastSeq(messages: ChatMessage[]): number {
  return messages.at(-1)?.seq ?? 0;
}

export function unreadCount(messages: ChatMessage[], read: number): number {
  return messages.filter((message) => message.from === 'agent' && message.seq > read).length;
}
