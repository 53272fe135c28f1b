import test from 'ava'
import { request } from 'node:http'
import { setTimeout as after } from 'node:timers/promises'
import { z } from 'zod'
import { Problem } from '../../../src/platform/errors.ts'
import { nothing, route } from '../../../src/platform/http/route.ts'
import type { Access } from '../../../src/platform/http/route.ts'
import { eventually } from '../../support/eventually.ts'
import { believing, serve } from './serve.ts'

const note = z.strictObject({ text: z.string().min(1), tags: z.array(z.strictObject({ name: z.string() })).optional() })

const getRoute = route({
  method: 'GET',
  path: '/v1/notes/:id',
  summary: 'A note',
  access: 'public',
  params: z.strictObject({ id: z.string().regex(/^\d+$/) }),
  query: z.strictObject({ form: z.enum(['long', 'short']).optional() }),
  answers: { 200: z.strictObject({ id: z.string(), form: z.string() }) },
  handle: async ({ params, query }) => ({ status: 200, body: { id: params.id, form: query.form ?? 'long' } }),
})

const postRoute = route({
  method: 'POST',
  path: '/v1/notes',
  summary: 'Write a note',
  access: 'public',
  body: note,
  answers: { 201: note },
  handle: async ({ body }) => ({ status: 201, body, headers: { location: '/v1/notes/1' } }),
})

const failing = (path: string, error: unknown) =>
  route({
    method: 'GET',
    path,
    summary: 'Fails',
    access: 'public',
    answers: { 204: nothing },
    handle: async () => {
      throw error
    },
  })

const guarded = (access: Access) =>
  route({
    method: 'GET',
    path: `/v1/${access}`,
    summary: 'Guarded',
    access,
    answers: { 200: z.strictObject({ name: z.string() }) },
    handle: async ({ viewer }) => ({ status: 200, body: { name: viewer?.username ?? 'nobody' } }),
  })

test('an answer of bytes that its route does not declare does not leave a test', async (t) => {
  const saying = (path: string, json: string) =>
    route({
      method: 'GET',
      path,
      summary: 'Says it in bytes',
      access: 'public',
      answers: { 200: z.strictObject({ text: z.string() }) },
      handle: async () => ({ status: 200, json: Buffer.from(json) }),
    })
  const { origin } = await serve(t, {
    routes: [saying('/v1/declared', '{"text":"a"}'), saying('/v1/other', '{"text":1}')],
  })

  t.is((await fetch(`${origin}/v1/declared`)).status, 200)
  t.is((await fetch(`${origin}/v1/other`)).status, 500)
})

test('an answer carries the request id that came in, and a new one for none or a wrong one', async (t) => {
  const { origin } = await serve(t, { routes: [getRoute] })
  const idOf = async (headers: Record<string, string>) =>
    (await fetch(`${origin}/v1/notes/1`, { headers })).headers.get('x-request-id') ?? ''

  t.is(await idOf({ 'x-request-id': 'from-nginx-01' }), 'from-nginx-01')
  t.is(await idOf({ 'x-request-id': 'a'.repeat(64) }), 'a'.repeat(64))
  t.regex(await idOf({ 'x-request-id': 'a'.repeat(65) }), /^[0-9a-f-]{36}$/)
  t.regex(await idOf({ 'x-request-id': 'seven77' }), /^[0-9a-f-]{36}$/)
  t.regex(await idOf({}), /^[0-9a-f-]{36}$/)
})

test('every answer, errors included, carries the security headers and does not say what we run', async (t) => {
  const { origin } = await serve(t, { routes: [getRoute, failing('/v1/broken', new Error('x'))] })

  for (const path of ['/v1/notes/1', '/v1/nowhere', '/v1/broken']) {
    const { headers } = await fetch(`${origin}${path}`)
    t.is(headers.get('x-content-type-options'), 'nosniff', path)
    t.is(headers.get('referrer-policy'), 'no-referrer', path)
    t.is(headers.get('x-frame-options'), 'DENY', path)
    t.regex(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, path)
    t.truthy(headers.get('strict-transport-security'), path)
    t.is(headers.get('cache-control'), 'no-store', path)
    t.is(headers.get('x-powered-by'), null, path)
  }
})

test('an unknown path, a wrong method and an unknown method are problems', async (t) => {
  const { origin } = await serve(t, { routes: [getRoute] })
  const ask = async (method: string, path: string) => {
    const answer = await fetch(`${origin}${path}`, { method })
    t.is(answer.headers.get('content-type'), 'application/problem+json')
    return { answer, problem: (await answer.json()) as Record<string, unknown> }
  }

  const unknown = await ask('GET', '/v1/nowhere')
  const wrong = await ask('DELETE', '/v1/notes/1')
  const strange = await ask('PROPFIND', '/v1/notes/1')

  t.like(unknown.problem, { status: 404, code: 'not_found', requestId: unknown.answer.headers.get('x-request-id') })
  t.is(unknown.answer.status, 404)
  t.like(wrong.problem, { status: 405, code: 'method_not_allowed' })
  t.is(wrong.answer.headers.get('allow'), 'HEAD, GET')
  t.like(strange.problem, { status: 405, code: 'method_not_allowed' })
})

test('a path with a bad escape is a problem of the client', async (t) => {
  const { origin } = await serve(t, { routes: [getRoute] })

  const answer = await fetch(`${origin}/v1/notes/%ff`)

  t.true(answer.status === 400 || answer.status === 422, String(answer.status))
})

test('an unexpected error is a 500 without its reason, logged once with the request id', async (t) => {
  const { origin, lines } = await serve(t, { routes: [failing('/v1/broken', new Error('secret reason'))] })

  const answer = await fetch(`${origin}/v1/broken`, { headers: { 'x-request-id': 'request-0001' } })
  const text = await answer.text()

  t.is(answer.status, 500)
  t.false(text.includes('secret'))
  t.like(JSON.parse(text), { code: 'internal', status: 500, requestId: 'request-0001' })
  const errors = lines.filter((line) => line['level'] === 50)
  t.is(errors.length, 1)
  t.is(errors[0]?.['requestId'], 'request-0001')
})

test('an expected problem is answered with its members and Retry-After and is not logged as an error', async (t) => {
  const problem = new Problem('buffer_full', { detail: 'later', retryAfter: 3, members: { lastSeq: 9 } })
  const { origin, lines } = await serve(t, { routes: [failing('/v1/full', problem)] })

  const answer = await fetch(`${origin}/v1/full`)

  t.is(answer.status, 503)
  t.is(answer.headers.get('retry-after'), '3')
  t.like(await answer.json(), { code: 'buffer_full', detail: 'later', lastSeq: 9 })
  t.deepEqual(
    lines.map((line) => line['level']),
    [30],
  )
})

test('a database that cannot be reached is a 503 and no 500', async (t) => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const { origin } = await serve(t, { routes: [failing('/v1/out', refused)] })

  const answer = await fetch(`${origin}/v1/out`)

  t.is(answer.status, 503)
  t.truthy(answer.headers.get('retry-after'))
})

test('a request is logged as one line with its route, and never with its query, body or credentials', async (t) => {
  const { origin, lines } = await serve(t, { routes: [guarded('member')], authenticate: believing })

  await fetch(`${origin}/v1/member?token=hidden`, { headers: { authorization: 'Bearer member' } })

  t.is(lines.length, 1)
  t.like(lines[0], { method: 'GET', route: '/v1/member', status: 200, account: 7 })
  t.is(typeof lines[0]?.['ms'], 'number')
  t.notRegex(JSON.stringify(lines), /hidden|Bearer/)
})

test('params, query and body are refused with a pointer at every fault', async (t) => {
  const { origin } = await serve(t, { routes: [getRoute, postRoute] })
  const faults = async (path: string, body?: unknown) => {
    const answer = await fetch(`${origin}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
    })
    const problem = (await answer.json()) as { code: string; errors: { pointer: string; code: string }[] }
    t.is(answer.status, 422)
    t.is(problem.code, 'bad_input')
    return problem.errors.map((fault) => `${fault.pointer} ${fault.code}`)
  }

  t.deepEqual(await faults('/v1/notes/abc'), ['/id invalid_format'])
  t.deepEqual(await faults('/v1/notes/1?form=wide'), ['/form invalid_value'])
  t.deepEqual(await faults('/v1/notes/1?form=long&form=short'), ['/form invalid_value'])
  t.deepEqual(await faults('/v1/notes/1?color=red'), ['/color unknown_key'])
  t.deepEqual(await faults('/v1/notes', {}), ['/text invalid_type'])
  t.deepEqual(await faults('/v1/notes', { text: '', role: 'admin' }), ['/text too_small', '/role unknown_key'])
  t.deepEqual(await faults('/v1/notes', { text: 'a', tags: [{ name: 'b' }, { name: 3, 'a/~b': 1 }] }), [
    '/tags/1/name invalid_type',
    '/tags/1/a~1~0b unknown_key',
  ])
})

test('a member called __proto__ is an unknown one and reaches no object', async (t) => {
  const { origin } = await serve(t, { routes: [getRoute, postRoute] })
  const post = (body: string) =>
    fetch(`${origin}/v1/notes`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })

  const inBody = await post('{"text":"a","__proto__":{"isAdmin":true}}')
  const deeper = await post('{"text":"a","tags":[{"name":"b","constructor":{"prototype":{"isAdmin":true}}}]}')
  const inQuery = await fetch(`${origin}/v1/notes/1?__proto__=x`)

  t.deepEqual([inBody.status, deeper.status, inQuery.status], [422, 422, 422])
  t.false('isAdmin' in {})
})

test('an answer that its route does not declare is found out in tests', async (t) => {
  const lying = route({
    method: 'GET',
    path: '/v1/lie',
    summary: 'Lies',
    access: 'public',
    answers: { 200: z.strictObject({ count: z.number().max(3) }) },
    handle: async () => ({ status: 200, body: { count: 4 } }),
  })
  const { origin } = await serve(t, { routes: [lying] })

  t.is((await fetch(`${origin}/v1/lie`)).status, 500)
})

test('each role comes in where it may and nowhere else', async (t) => {
  const { origin } = await serve(t, {
    routes: [guarded('public'), guarded('member'), guarded('mentor'), guarded('admin')],
    authenticate: believing,
  })
  const ask = async (who: string | undefined, where: string) => {
    const headers = who === undefined ? {} : { authorization: `Bearer ${who}` }
    const answer = await fetch(`${origin}/v1/${where}`, { headers })
    const body = (await answer.json()) as { code?: string; name?: string }
    return body.code ?? body.name
  }
  const where = ['public', 'member', 'mentor', 'admin']
  const row = (who: string | undefined) => Promise.all(where.map((place) => ask(who, place)))

  t.deepEqual(await row(undefined), ['nobody', 'not_signed_in', 'not_signed_in', 'not_signed_in'])
  t.deepEqual(await row('expired'), ['nobody', 'session_expired', 'session_expired', 'session_expired'])
  t.deepEqual(await row('member'), ['alice', 'alice', 'forbidden', 'forbidden'])
  t.deepEqual(await row('mentor'), ['alice', 'alice', 'alice', 'forbidden'])
  t.deepEqual(await row('admin'), ['alice', 'alice', 'alice', 'alice'])
})

test('an unsafe request of a browser must come from our own pages', async (t) => {
  const { origin } = await serve(t, {
    routes: [postRoute],
    authenticate: believing,
    origins: new Set(['https://madang.example']),
  })
  const post = async (headers: Record<string, string>) => {
    const body = JSON.stringify({ text: 'a' })
    const all = { 'content-type': 'application/json', ...headers }
    return (await fetch(`${origin}/v1/notes`, { method: 'POST', body, headers: all })).status
  }
  const cookie = 'role=member'

  t.is(await post({ cookie, origin: 'https://madang.example' }), 201)
  t.is(await post({ cookie, origin: 'http://localhost:1', 'sec-fetch-site': 'same-origin' }), 201)
  t.is(await post({ authorization: 'Bearer member', origin: 'https://evil.example' }), 201)
  for (const evil of ['https://evil.example', 'null', 'https://madang.example.evil.example', 'http://madang.example']) {
    t.is(await post({ cookie, origin: evil }), 403, evil)
    t.is(await post({ origin: evil }), 403, `without cookie: ${evil}`)
  }
  t.is(await post({ cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }), 403)
})

test('an unsafe request with a cookie and without a word where it comes from is refused', async (t) => {
  const { origin } = await serve(t, { routes: [postRoute], authenticate: believing, origins: new Set() })
  const post = async (headers: Record<string, string>) => (await rawPost(origin, headers)).status

  t.is(await post({ cookie: 'role=member' }), 403)
  t.is(await post({}), 201)
})

test('a form of another site cannot pass for JSON', async (t) => {
  const { origin } = await serve(t, { routes: [postRoute], origins: new Set() })

  const answer = await fetch(`${origin}/v1/notes`, { method: 'POST', body: new URLSearchParams({ text: 'a' }) })

  t.true(answer.status === 403 || answer.status === 415)
})

test('a client that leaves in the middle of its body disturbs nobody', async (t) => {
  const { origin, lines } = await serve(t, { routes: [postRoute, getRoute] })
  const leaving = new AbortController()
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode('{"text":'))
      await after(50)
      leaving.abort()
    },
  })

  await t.throwsAsync(
    fetch(`${origin}/v1/notes`, {
      method: 'POST',
      body,
      duplex: 'half',
      signal: leaving.signal,
      headers: { 'content-type': 'application/json' },
    }),
  )

  t.is((await fetch(`${origin}/v1/notes/1`)).status, 200)
  const line = await eventually(() => lines.find(({ method }) => method === 'POST'))
  t.like(line, { status: 400, level: 30 })
})

/** fetch names an origin with every POST; other clients do not. */
async function rawPost(origin: string, headers: Record<string, string>): Promise<{ status: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number }>()
  const sent = request(`${origin}/v1/notes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
  })
  sent.on('error', reject)
  sent.on('response', (answer) => {
    answer.resume()
    resolve({ status: answer.statusCode ?? 0 })
  })
  sent.end(JSON.stringify({ text: 'a' }))
  return promise
}
