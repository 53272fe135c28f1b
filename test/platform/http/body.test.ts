import test from 'ava'
import type { ExecutionContext } from 'ava'
import { z } from 'zod'
import { bodyMaxBytes } from '../../../src/platform/http/body.ts'
import { route } from '../../../src/platform/http/route.ts'
import { serve } from './serve.ts'

const echo = route({
  method: 'POST',
  path: '/v1/echo',
  summary: 'Says what it heard',
  access: 'public',
  body: z.unknown(),
  answers: { 200: z.strictObject({ heard: z.unknown() }) },
  handle: async ({ body }) => ({ status: 200, body: { heard: body ?? null } }),
})

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream

async function post(t: ExecutionContext, body: Body, headers: Record<string, string> = {}) {
  const { origin } = await serve(t, { routes: [echo] })
  const answer = await fetch(`${origin}/v1/echo`, {
    method: 'POST',
    body,
    ...(body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
    headers: { 'content-type': 'application/json', ...headers },
  })
  return { status: answer.status, body: (await answer.json()) as { code?: string; heard?: unknown } }
}

const ofSize = (size: number): string => `"${'a'.repeat(size - 2)}"`
const streamed = (text: string) => new Blob([text]).stream()
const quoted = (...codes: number[]) => new Uint8Array([0x22, ...codes, 0x22])
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

test('a body has at most 64 KiB', async (t) => {
  t.is((await post(t, ofSize(bodyMaxBytes))).status, 200)
  t.like(await post(t, ofSize(bodyMaxBytes + 1)), { status: 413, body: { code: 'body_too_large' } })
})

test('a body that does not tell its length has at most 64 KiB', async (t) => {
  t.is((await post(t, streamed(ofSize(bodyMaxBytes)))).status, 200)
  t.like(await post(t, streamed(ofSize(bodyMaxBytes + 1))), { status: 413, body: { code: 'body_too_large' } })
})

test('a body is nested at most ten deep', async (t) => {
  t.is((await post(t, nested(10))).status, 200)
  t.like(await post(t, nested(11)), { status: 400, body: { code: 'malformed' } })
  t.is((await post(t, nested(30_000))).status, 400)
  t.is((await post(t, '['.repeat(bodyMaxBytes))).status, 400)
  t.is((await post(t, nested(524_288))).status, 413)
})

test('a body is UTF-8, strictly', async (t) => {
  t.like(await post(t, '"마당 🏠"'), { status: 200, body: { heard: '마당 🏠' } })
  t.is((await post(t, quoted(0xff))).status, 400, 'no UTF-8 at all')
  t.is((await post(t, quoted(0xc0, 0xaf))).status, 400, 'an overlong form')
  t.is((await post(t, quoted(0xed, 0xa0, 0x80))).status, 400, 'half a surrogate pair, encoded')
  t.is((await post(t, quoted(0xe3, 0x81))).status, 400, 'a character cut short')
  t.is((await post(t, String.raw`"\ud83c"`)).status, 400, 'half a surrogate pair, escaped')
  t.is((await post(t, String.raw`{"\ud83c\udfe0":"\ud83c\udfe0"}`)).status, 200, 'a whole pair, escaped')
})

test('what is no JSON is refused', async (t) => {
  for (const text of ['{', '{a:1}', "'a'", 'NaN', '{"a":1,}', '\u0000']) {
    t.like(await post(t, text), { status: 400, body: { code: 'malformed' } }, JSON.stringify(text))
  }
})

test('a body says that it is JSON in UTF-8', async (t) => {
  const as = async (type: string) => (await post(t, '1', { 'content-type': type })).status

  t.is(await as('application/json'), 200)
  t.is(await as('Application/JSON; charset=UTF-8'), 200)
  t.is(await as('application/json;charset="utf-8"'), 200)
  for (const type of ['text/plain', 'application/json; charset=euc-kr', 'application/jsonp', 'multipart/form-data']) {
    t.is(await as(type), 415, type)
  }
  t.is((await post(t, '1', { 'content-encoding': 'gzip' })).status, 415)
})

test('no body at all is told apart from an empty object', async (t) => {
  t.like(await post(t, ''), { status: 200, body: { heard: null } })
})
