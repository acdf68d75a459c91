// Who is logged in, for which ledger, and what became of the session.
import { computed, ref, watch } from 'vue'
import { ApiError, get, send, wiring } from '../api/client'
import { connect, disconnect, liveState } from '../api/stream'
import type { ReportHead, Session } from '../api/types'
import { allows, type Permission } from './permissions'

export const session = ref<Session | null>(null)
/** The session ended while somebody worked: they log in again where they stand. */
export const expired = ref(false)
/** The service is a demo that lets everybody in. */
export const demo = ref(false)
/** Counts logins, so that pages read again after one. */
export const logins = ref(0)
/** The ledger's own: in which zone its days begin, and its currency. */
export const ledger = ref({ zone: 'Asia/Shanghai', currency: 'CNY' })
/** Where the last own write stands. */
const written = ref(0)

wiring.onUnauthorized = () => {
  expired.value = session.value !== null
}
wiring.minPosition = () => written.value
wiring.onWrite = (position) => {
  written.value = Math.max(written.value, position)
}

/** A stream that breaks may be the first to know that the session ended. */
watch(liveState, async (state) => {
  if (state !== 'broken' || session.value === null) return
  const error = await get('/v1/session').catch((caught: unknown) => caught)
  if (error instanceof ApiError && error.status === 401) wiring.onUnauthorized()
})

export function may(permission: Permission): boolean {
  return allows(session.value?.role, permission)
}

export const zone = computed(() => ledger.value.zone)

/** Takes up the session of the browser's cookie, if there is one. */
export async function resume(): Promise<void> {
  // Both at once: who has a session most likely may read reports.
  const head = readHead().catch(() => null)
  try {
    await enter(await get<Session>('/v1/session'), await head)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    demo.value = error.demo
  }
}

/** Logs in with a token, or into a demo without one. */
export async function login(token: string | null): Promise<void> {
  await enter(
    await send<Session>('POST', '/v1/session', token === null ? { demo: true } : { token: token.trim() }),
  )
}

export async function logout(): Promise<void> {
  await send('DELETE', '/v1/session').catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
  })
  disconnect()
  session.value = null
  expired.value = false
  written.value = 0
}

/** Any report says what the ledger's zone and currency are. */
const readHead = () => get<ReportHead>('/v1/reports/refunds')

async function enter(entered: Session, read: ReportHead | null = null): Promise<void> {
  if (allows(entered.role, 'reports')) {
    const head = read ?? (await readHead())
    ledger.value = { zone: head.time_zone, currency: head.currency }
    connect()
  }
  session.value = entered
  expired.value = false
  logins.value += 1
}
