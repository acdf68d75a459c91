// Stands in for the service's sessions and event stream where the ledger behind the proxy does not have them yet:
// keeps tokens by cookie, and turns the cookie into a bearer header.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomBytes } from 'node:crypto'
import type { Plugin } from 'vite'

interface Session {
  token: string
  name: string
  role: string
  expires_at: string
}

const COOKIE = 'ledger_shim'
const sessions = new Map<string, Session>()
let screen = { title: '数据大屏', range: { days: 30 }, template: 'standard', refresh_seconds: 5 }

export function sessionShim(ledger: string): Plugin {
  const use = (middlewares: { use(handler: Handler): void }) =>
    middlewares.use((request, response, next) => void handle(ledger, request, response, next))
  return {
    name: 'session-shim',
    configureServer: (server) => use(server.middlewares),
    configurePreviewServer: (server) => use(server.middlewares),
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

async function handle(ledger: string, request: IncomingMessage, response: ServerResponse, next: () => void) {
  const url = new URL(request.url ?? '/', 'http://shim')
  const session = sessions.get(new RegExp(`${COOKIE}=(\\w+)`).exec(request.headers.cookie ?? '')?.[1] ?? '')
  const bearer = url.searchParams.get('token') ?? session?.token
  if (url.pathname.startsWith('/v1/') && bearer && !request.headers.authorization) {
    request.headers.authorization = `Bearer ${bearer}`
  }
  if (url.pathname === '/v1/session') return onSession(ledger, request, response, session)
  if (url.pathname === '/v1/stream') return onStream(ledger, request, response)
  if (url.pathname === '/v1/settings/screen') return onScreen(request, response)
  next()
}

async function onSession(
  ledger: string,
  request: IncomingMessage,
  response: ServerResponse,
  session: Session | undefined,
) {
  if (request.method === 'DELETE') {
    for (const [key, known] of sessions) if (known === session) sessions.delete(key)
    return response.writeHead(204).end()
  }
  if (request.method === 'GET') {
    if (!session) return problem(response, 401, 'unauthorized')
    return json(response, session)
  }
  const { token } = JSON.parse(await body(request)) as { token: string }
  const role = await roleOf(ledger, token)
  if (!role) return problem(response, 401, 'unauthorized')
  const key = randomBytes(16).toString('hex')
  const made = { token, name: role, role, expires_at: new Date(Date.now() + 43_200_000).toISOString() }
  sessions.set(key, made)
  json(response, made, { 'set-cookie': `${COOKIE}=${key}; Path=/; HttpOnly; SameSite=Strict` })
}

/** What a token may do tells its role. */
async function roleOf(ledger: string, token: string): Promise<string | null> {
  const ask = async (path: string, method = 'GET') =>
    (await fetch(ledger + path, { method, headers: { authorization: `Bearer ${token}` } })).status
  const reports = await ask('/v1/reports/refunds')
  if (reports === 401) return null
  if (reports === 403) return 'publisher'
  if ((await ask('/v1/tokens')) === 200) return 'admin'
  if ((await ask('/v1/orders?limit=1')) === 403) return 'viewer'
  return (await ask('/v1/settlements/unknown/settle', 'POST')) === 403 ? 'auditor' : 'finance'
}

async function onStream(ledger: string, request: IncomingMessage, response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  let last = ''
  const timer = setInterval(async () => {
    const answer = await fetch(`${ledger}/v1/reports/refunds`, {
      headers: { authorization: request.headers.authorization ?? '' },
    }).catch(() => null)
    const position = answer?.headers.get('ledger-position')
    if (position && position !== last) response.write(`event: position\ndata: {"position": ${position}}\n\n`)
    last = position ?? last
  }, 250)
  response.on('close', () => clearInterval(timer))
}

async function onScreen(request: IncomingMessage, response: ServerResponse) {
  if (request.method === 'PUT') screen = JSON.parse(await body(request)) as typeof screen
  json(response, { ...screen, preview_url: '/screen' })
}

async function body(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}) {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

function problem(response: ServerResponse, status: number, code: string) {
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ status, code }))
}
