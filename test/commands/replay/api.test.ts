import test from 'ava'
import type { ExecutionContext } from 'ava'
import { createServer } from 'node:http'
import { Api, Refusal } from '../../../src/commands/replay/api.ts'
import { listening } from '../../support/listening.ts'

type Step = 'hang up' | { status: number; retryAfter?: number; code?: string }

/** A server that answers by the given script, the last step for ever, and counts. */
async function scripted(t: ExecutionContext, ...script: Step[]) {
  let requests = 0
  const server = createServer((request, response) => {
    const step = script[Math.min(requests, script.length - 1)] ?? 'hang up'
    requests += 1
    if (step === 'hang up') return void request.socket.destroy()
    response.writeHead(step.status, step.retryAfter === undefined ? {} : { 'retry-after': String(step.retryAfter) })
    response.end(step.status === 204 ? undefined : JSON.stringify({ code: step.code ?? 'none', detail: 'why' }))
  })
  const { origin, close } = await listening(server)
  const limited: number[] = []
  const api = new Api({
    address: origin,
    patienceMs: 5000,
    onLimited: (_, waitMs) => limited.push(waitMs),
  })
  t.teardown(() => {
    api.close()
    close()
  })
  return { api, limited, requests: () => requests }
}

const call = { method: 'PUT', path: '/v1/rooms/1/members/me' } as const

test('a call is repeated while the service is away, and answered when it is back', async (t) => {
  const { api, requests } = await scripted(
    t,
    'hang up',
    { status: 503, retryAfter: 0 },
    { status: 500 },
    { status: 204 },
  )

  const { status } = await api.call(call)

  t.is(status, 204)
  t.is(requests(), 4)
})

test('who is asked to go slower waits as long as was said, and notes it', async (t) => {
  const { api, limited } = await scripted(t, { status: 429, retryAfter: 1, code: 'rate_limited' }, { status: 204 })
  const startedAt = performance.now()

  await api.call(call)

  t.true(performance.now() - startedAt >= 990)
  t.deepEqual(limited, [1000])
})

test('who would have to wait longer than the patience lasts gives up at once', async (t) => {
  const { api, requests } = await scripted(t, { status: 429, retryAfter: 3600, code: 'rate_limited' })

  const refused = await t.throwsAsync(api.call(call), { instanceOf: Refusal })

  t.is(refused.code, 'rate_limited')
  t.is(requests(), 1)
})

test('a refusal is not repeated and says which', async (t) => {
  const { api, requests } = await scripted(t, { status: 409, code: 'room_full' })

  const refused = await t.throwsAsync(api.call(call), { instanceOf: Refusal })

  t.like(refused, { status: 409, code: 'room_full' })
  t.regex(refused.message, /PUT .*members\/me: 409 room_full \(why\)/)
  t.is(requests(), 1)
})
