import type { Attachment, ChatMessage, NewMessage, Visitor, VisitorRequest } from './contract';

/** A refused or unreachable request. `status` 0: the server was not reached. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    message = '',
    readonly wait = 0,
  ) {
    super(message);
  }

  /** Trying again may help, without anything being changed. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface Api {
  token: string | null;
  locale: string;
  visitor(request: VisitorRequest): Promise<Visitor>;
  messages(since: number): Promise<ChatMessage[]>;
  send(message: NewMessage): Promise<ChatMessage>;
  email(email: string, name?: string): Promise<void>;
  upload(file: File, progress: (share: number) => void): { done: Promise<Attachment>; cancel(): void };
}

const TIMEOUT = 20_000;

export function createApi(base: string): Api {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const request: RequestInit = { method, headers: headers(body), signal: timeout() };
    if (body) request.body = JSON.stringify(body);
    const answer = await fetch(`${base}/${path}`, request).catch(() => null);
    if (!answer) throw new Failure(0);
    const text = await answer.text().catch(() => '');
    if (!answer.ok) throw failure(answer.status, text, answer.headers.get('Retry-After'));
    return (text ? JSON.parse(text) : null) as T;
  }

  function headers(body?: unknown): Record<string, string> {
    const all: Record<string, string> = { 'Accept-Language': api.locale };
    if (api.token) all.Authorization = `Bearer ${api.token}`;
    if (body) all['Content-Type'] = 'application/json';
    return all;
  }

  function upload(file: File, progress: (share: number) => void) {
    // fetch() cannot tell how much of a body has been sent.
    const request = new XMLHttpRequest();
    const done = new Promise<Attachment>((resolve, reject) => {
      request.open('POST', `${base}/attachments`);
      for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
      request.onerror = request.onabort = () => reject(new Failure(0));
      request.onload = () => {
        const { status, responseText } = request;
        if (status >= 200 && status < 300) resolve(JSON.parse(responseText) as Attachment);
        else reject(failure(status, responseText, null));
      };
      const form = new FormData();
      form.append('file', file);
      request.send(form);
    });
    return { done, cancel: () => request.abort() };
  }

  const api: Api = {
    token: null,
    locale: 'en',
    visitor: (request) => call('POST', 'visitor', request),
    messages: async (since) => (await call<{ items: ChatMessage[] }>('GET', `messages?since=${since}`)).items,
    send: (message) => call('POST', 'messages', message),
    email: (email, name) => call('PUT', 'email', name ? { email, name } : { email }),
    upload,
  };
  return api;
}

function failure(status: number, text: string, wait: string | null): Failure {
  let message = '';
  try {
    message = (JSON.parse(text) as { error: { message: string } }).error.message;
  } catch {
    // Not ours: an answer of some proxy between.
  }
  return new Failure(status, message, Number(wait) * 1000 || 0);
}

function timeout(): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), TIMEOUT);
  return controller.signal;
}
