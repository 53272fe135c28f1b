import test from 'ava'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { bytes, route } from '../../../src/platform/http/route.ts'
import { serve } from './serve.ts'

const counting = (hasEtag: boolean) => {
  const state = { count: 1 }
  const counter = route({
    method: 'GET',
    path: '/v1/count',
    summary: 'How many',
    access: 'public',
    hasEtag,
    answers: { 200: z.strictObject({ count: z.number() }) },
    handle: async () => ({ status: 200, body: { count: state.count } }),
  })
  return { state, counter }
}

test('who has an answer already is told so without the body, and gets the next one when it changes', async (t) => {
  const { state, counter } = counting(true)
  const { origin } = await serve(t, { routes: [counter] })
  const ask = (etag: string) => fetch(`${origin}/v1/count`, { headers: { 'if-none-match': etag } })
  const first = await fetch(`${origin}/v1/count`)
  const etag = first.headers.get('etag') ?? ''

  const again = await ask(etag)
  state.count = 2
  const changed = await ask(etag)

  t.is(first.status, 200)
  t.regex(etag, /^"[\w-]{22}"$/)
  t.is(first.headers.get('cache-control'), 'private, no-cache')
  t.is(again.status, 304)
  t.is(await again.text(), '')
  t.is(again.headers.get('etag'), etag)
  t.is(again.headers.get('cache-control'), 'private, no-cache')
  t.is(again.headers.get('content-type'), null)
  t.is(again.headers.get('x-content-type-options'), 'nosniff')
  t.is(changed.status, 200)
  t.not(changed.headers.get('etag'), etag)
  t.deepEqual(await changed.json(), { count: 2 })
})

test('one of a list, the weak form of it and a star match; another one does not', async (t) => {
  const { origin } = await serve(t, { routes: [counting(true).counter] })
  const etag = (await fetch(`${origin}/v1/count`)).headers.get('etag') ?? ''
  const statusFor = async (given: string) =>
    (await fetch(`${origin}/v1/count`, { headers: { 'if-none-match': given } })).status

  t.is(await statusFor(`"other", ${etag}`), 304)
  t.is(await statusFor(`W/${etag}`), 304)
  t.is(await statusFor(`"other" , W/${etag} ,"third"`), 304)
  t.is(await statusFor('*'), 304)
  t.is(await statusFor('"other"'), 200)
  t.is(await statusFor(etag.slice(1, -1)), 200)
})

test('HEAD is answered like GET, without the body', async (t) => {
  const { origin } = await serve(t, { routes: [counting(true).counter] })
  const etag = (await fetch(`${origin}/v1/count`)).headers.get('etag') ?? ''

  const head = await fetch(`${origin}/v1/count`, { method: 'HEAD' })
  const known = await fetch(`${origin}/v1/count`, { method: 'HEAD', headers: { 'if-none-match': etag } })

  t.is(head.status, 200)
  t.is(head.headers.get('etag'), etag)
  t.is(known.status, 304)
})

test('a route that does not name its answers keeps none anywhere', async (t) => {
  const { origin } = await serve(t, { routes: [counting(false).counter] })

  const answer = await fetch(`${origin}/v1/count`, { headers: { 'if-none-match': '*' } })

  t.is(answer.status, 200)
  t.is(answer.headers.get('etag'), null)
  t.is(answer.headers.get('cache-control'), 'no-store')
})

test('a stream of bytes goes by the name that its handler gave it, and is let go of when nobody needs it', async (t) => {
  const streams: Readable[] = []
  const file = route({
    method: 'GET',
    path: '/v1/file',
    summary: 'A file',
    access: 'public',
    hasEtag: true,
    answers: { 200: bytes('text/plain') },
    async handle() {
      const stream = Readable.from(['all of it'])
      streams.push(stream)
      return { status: 200, body: stream, headers: { 'content-type': 'text/plain', etag: '"of-the-file"' } }
    },
  })
  const { origin } = await serve(t, { routes: [file] })

  const first = await fetch(`${origin}/v1/file`)
  const again = await fetch(`${origin}/v1/file`, { headers: { 'if-none-match': '"of-the-file"' } })

  t.is(await first.text(), 'all of it')
  t.is(first.headers.get('etag'), '"of-the-file"')
  t.is(again.status, 304)
  t.is(await again.text(), '')
  t.is(streams.length, 2)
  t.true(streams.every((stream) => stream.destroyed))
})
