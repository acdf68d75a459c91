// Requests to the service: JSON in and out, errors as values with their code, sessions that end told once.
import { toSearch } from '../logic/query'

export type Params = Record<string, string | number | boolean | null | undefined>

/** What the service says when it refuses: a problem document (RFC 9457). */
export class ApiError extends Error {
  readonly status: number
  /** Stable, for a program: `not_settleable`. `unreachable` when there was no answer. */
  readonly code: string
  readonly field: string | null
  /** A demo that lets everybody in says so when it is asked who is logged in. */
  readonly demo: boolean

  constructor(status: number, code: string, detail: string, field: string | null = null, demo = false) {
    super(detail)
    this.status = status
    this.code = code
    this.field = field
    this.demo = demo
  }
}

interface Wiring {
  /** Called when the service does not know the session any more. */
  onUnauthorized: () => void
  /** Where the caller's own last write stands: reads wait for it. */
  minPosition: () => number
  /** Told the position after each write. */
  onWrite: (position: number) => void
  /** A token for those who have no session: the big screen. */
  bearer: string | null
}

export const wiring: Wiring = {
  onUnauthorized: () => {},
  minPosition: () => 0,
  onWrite: () => {},
  bearer: null,
}

export async function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  const min = wiring.minPosition()
  const read = path.startsWith('/v1/session') || min === 0 ? params : { ...params, min_position: min }
  return (await call('GET', path + toSearch(read), undefined, {}, signal)) as T
}

export async function send<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  idempotencyKey?: string,
): Promise<T> {
  const headers: Record<string, string> = idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}
  return (await call(method, path, body, headers)) as T
}

async function call(
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<unknown> {
  const sent: RequestInit = {
    method,
    headers: { accept: 'application/json', ...headers },
    credentials: 'same-origin',
  }
  if (signal) sent.signal = signal
  if (body !== undefined) {
    sent.body = JSON.stringify(body)
    ;(sent.headers as Record<string, string>)['content-type'] = 'application/json'
  }
  if (wiring.bearer) (sent.headers as Record<string, string>).authorization = `Bearer ${wiring.bearer}`
  const answer = await fetch(path, sent).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'unreachable', String(error))
  })
  if (answer.ok) {
    const said: unknown = answer.status === 204 ? null : await answer.json()
    if (method !== 'GET') wrote(answer, said)
    return said
  }
  if (answer.status === 401 && !path.startsWith('/v1/session')) wiring.onUnauthorized()
  throw await problemOf(answer)
}

/** Where a write stands: in its answer, or, of a setting, in the header that every answer has. */
function wrote(answer: Response, said: unknown): void {
  const inBody = (said as { position?: unknown } | null)?.position
  const position = typeof inBody === 'number' ? inBody : Number(answer.headers.get('ledger-position'))
  if (position > 0) wiring.onWrite(position)
}

async function problemOf(answer: Response): Promise<ApiError> {
  const said = (await answer.json().catch(() => ({}))) as {
    code?: string
    detail?: string
    field?: string
    demo?: boolean
  }
  return new ApiError(
    answer.status,
    said.code ?? (answer.status >= 502 ? 'unreachable' : `http_${answer.status}`),
    said.detail ?? answer.statusText,
    said.field ?? null,
    said.demo ?? false,
  )
}

/** A key by which a decision that is sent again is answered as the first time. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
