// Requests: own writes are waited for, errors keep their code, a session that ended is told.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError, get, send, wiring } from './client'

const fetched = vi.fn<typeof fetch>()
const before = { ...wiring }
const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })

beforeEach(() => vi.stubGlobal('fetch', fetched))
afterEach(() => {
  Object.assign(wiring, before)
  fetched.mockReset()
  vi.unstubAllGlobals()
})

test('a read waits for the position of the last write', async () => {
  let written = 0
  wiring.onWrite = (position) => (written = position)
  wiring.minPosition = () => written
  fetched.mockResolvedValueOnce(answer(200, { position: 42 })).mockResolvedValueOnce(answer(200, {}))
  await send('POST', '/v1/withdrawals/W/approve', {}, 'key')
  await get('/v1/withdrawals', { state: 'pending' })
  expect(fetched.mock.calls[0]![1]!.headers).toMatchObject({ 'idempotency-key': 'key' })
  expect(fetched.mock.calls[1]![0]).toBe('/v1/withdrawals?state=pending&min_position=42')
})

test('an error is a problem with its code, its field and its words', async () => {
  fetched.mockResolvedValue(answer(422, { code: 'invalid_parameter', detail: 'from: …', field: 'from' }))
  const error = (await get('/v1/orders').catch((caught: unknown) => caught)) as ApiError
  expect(error).toBeInstanceOf(ApiError)
  expect([error.status, error.code, error.field, error.message]).toEqual([
    422,
    'invalid_parameter',
    'from',
    'from: …',
  ])
})

test('a session that ended is told, but not by the question whether there is one', async () => {
  wiring.onUnauthorized = vi.fn()
  fetched.mockImplementation(() => Promise.resolve(answer(401, { code: 'unauthorized' })))
  await get('/v1/session').catch(() => {})
  expect(wiring.onUnauthorized).not.toHaveBeenCalled()
  await get('/v1/orders').catch(() => {})
  expect(wiring.onUnauthorized).toHaveBeenCalledOnce()
})

test('a service that does not answer is unreachable', async () => {
  fetched.mockRejectedValue(new TypeError('network'))
  const error = (await get('/v1/orders').catch((caught: unknown) => caught)) as ApiError
  expect(error.code).toBe('unreachable')
})
