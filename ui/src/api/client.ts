import type { ApiErrorBody, Attachment, Json } from './types'

const BASE = '/api/v1/'

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null = null,
    readonly detail: Json = null,
    readonly requestId: string | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(message)
    this.name = 'ApiError'
  }

  /** The request never reached the server, so nothing is known to have changed. */
  get offline() {
    return this.status === 0
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>

interface Options {
  query?: Query
  body?: unknown
  /** Kept the same across retries of one intention, so that the server does it once. */
  idempotencyKey?: string
  signal?: AbortSignal
}

let language = 'en'
export function setClientLanguage(value: string) {
  language = value
}

export function withQuery(path: string, query?: Query) {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return BASE + path + (text ? `?${text}` : '')
}

async function send<T>(method: string, path: string, { query, body, idempotencyKey, signal }: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': language }
  if (method !== 'GET') headers['Idempotency-Key'] = idempotencyKey ?? crypto.randomUUID()
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(withQuery(path, query), {
      method, headers, signal, credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiError(0, 'offline', '')
  }
  if (!response.ok) throw await toError(response)
  if (response.status === 204) return undefined as T
  const text = await response.text()
  return (text ? JSON.parse(text) : undefined) as T
}

async function toError(response: Response) {
  const body = (await response.json().catch(() => null)) as ApiErrorBody | null
  const retryAfter = Number(response.headers.get('Retry-After')) || null
  const requestId = response.headers.get('X-Request-Id')
  if (!body?.error) return new ApiError(response.status, 'unknown', response.statusText, null, null, requestId, retryAfter)
  const { code, message, field, detail, request_id } = body.error
  return new ApiError(response.status, code, message, field ?? null, detail ?? null, request_id ?? requestId, retryAfter)
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => send<T>('GET', path, { query, signal }),
  post: <T>(path: string, body?: unknown, idempotencyKey?: string, signal?: AbortSignal) => send<T>('POST', path, { body: body ?? {}, idempotencyKey, signal }),
  put: <T>(path: string, body?: unknown, idempotencyKey?: string) => send<T>('PUT', path, { body: body ?? {}, idempotencyKey }),
  patch: <T>(path: string, body: unknown) => send<T>('PATCH', path, { body }),
  delete: <T>(path: string) => send<T>('DELETE', path),
}

export interface Upload<T = Attachment> {
  done: Promise<T>
  cancel: () => void
}

export const upload = (file: File, onProgress: (share: number) => void) => uploadTo<Attachment>('attachments', file, onProgress, crypto.randomUUID())

/** XMLHttpRequest, because fetch reports no upload progress. With a key the server holds the whole file at once: not for large ones. */
export function uploadTo<T>(path: string, file: File, onProgress: (share: number) => void, idempotencyKey?: string): Upload<T> {
  const request = new XMLHttpRequest()
  const done = new Promise<T>((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onerror = () => reject(new ApiError(0, 'offline', ''))
    request.onabort = () => reject(new ApiError(0, 'cancelled', ''))
    request.onload = () => {
      let body: unknown = null
      try {
        body = JSON.parse(request.responseText || 'null')
      } catch {
        // A proxy answers in its own words.
        return reject(new ApiError(request.status, 'unknown', ''))
      }
      if (request.status < 300) return resolve(body as T)
      const error = (body as ApiErrorBody | null)?.error
      reject(new ApiError(request.status, error?.code ?? 'unknown', error?.message ?? '', error?.field, null, error?.request_id))
    }
  })
  request.open('POST', BASE + path)
  request.setRequestHeader('Accept-Language', language)
  if (idempotencyKey) request.setRequestHeader('Idempotency-Key', idempotencyKey)
  const form = new FormData()
  form.append('file', file)
  request.send(form)
  return { done, cancel: () => request.abort() }
}
