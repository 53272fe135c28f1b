import test from 'ava'
import * as fc from 'fast-check'
import { deepEqual, match } from 'node:assert/strict'
import { z } from 'zod'
import { cursorOf, encodeCursor, pageAnswer, pageLimit, pageOf } from '../../../src/platform/http/pages.ts'
import { route } from '../../../src/platform/http/route.ts'
import { serve } from './serve.ts'
import { seeded } from '../../support/seeded.ts'

const place = z.strictObject({ after: z.int().nonnegative() })
const numbers = route({
  method: 'GET',
  path: '/v1/numbers',
  summary: 'The numbers below 250',
  access: 'public',
  query: z.strictObject({ limit: pageLimit, cursor: cursorOf(place) }),
  answers: { 200: pageOf(z.number()) },
  async handle({ query, target }) {
    const from = query.cursor?.after ?? 0
    const to = Math.min(from + query.limit, 250)
    const items = Array.from({ length: to - from }, (_, index) => from + index)
    return pageAnswer(target, items, to < 250 ? { next: { after: to } } : {})
  },
})

interface Page {
  items: number[]
  page: { next?: string }
}

test('a page has 20 items unless told, and at most 100', async (t) => {
  const { origin } = await serve(t, { routes: [numbers] })
  const ask = (query: string) => fetch(`${origin}/v1/numbers${query}`)
  const sizeOf = async (query: string) => ((await (await ask(query)).json()) as Page).items.length

  t.is(await sizeOf(''), 20)
  t.is(await sizeOf('?limit=1'), 1)
  t.is(await sizeOf('?limit=100'), 100)
  for (const wrong of ['101', '0', '-1', '1e1', '', '١', '1.5', '10000']) {
    t.is((await ask(`?limit=${wrong}`)).status, 422, wrong)
  }
})

test('following next leads through all items once, and the end is its absence', async (t) => {
  const { origin } = await serve(t, { routes: [numbers] })
  const seen: number[] = []
  let next: string | undefined = '/v1/numbers?limit=100'

  while (next !== undefined) {
    const answer: Response = await fetch(`${origin}${next}`)
    seen.push(...((await answer.json()) as Page).items)
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
  }

  t.deepEqual(
    seen,
    Array.from({ length: 250 }, (_, index) => index),
  )
})

test('a cursor that we did not make is bad input', async (t) => {
  const { origin } = await serve(t, { routes: [numbers] })
  const wrong = ['x', '!!', encodeCursor({ after: -1 }), encodeCursor({ after: 1, more: 1 }), encodeCursor(null)]

  for (const cursor of [...wrong, encodeCursor({ after: 'a'.repeat(600) }), encodeCursor({})]) {
    const answer = await fetch(`${origin}/v1/numbers?cursor=${encodeURIComponent(cursor)}`)
    t.is(answer.status, 422, cursor)
    t.like(await answer.json(), { code: 'bad_input', errors: [{ pointer: '/cursor' }] })
  }
})

const anyPlace = z.strictObject({ after: z.int().nonnegative(), at: z.string(), by: z.array(z.string()) })

test('whatever a place holds comes back from its cursor', (t) => {
  const places = fc.record(
    { after: fc.nat(), at: fc.string({ unit: 'binary' }), by: fc.array(fc.string(), { maxLength: 3 }) },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(places, (held) => {
      const text = encodeCursor(held)
      fc.pre(text.length <= 512)
      deepEqual(cursorOf(anyPlace).parse(text), held)
      match(text, /^[A-Za-z0-9_-]*$/)
    }),
    seeded(500),
  )
  t.pass()
})

test('any text at all, and any cursor of ours with a letter changed, is a place of the list or refused as bad_cursor', (t) => {
  const tampered = fc
    .tuple(fc.nat(), fc.nat(), fc.string({ minLength: 1, maxLength: 1 }))
    .map(([after, at, letter]) => {
      const text = encodeCursor({ after })
      return `${text.slice(0, at % text.length)}${letter}${text.slice((at % text.length) + 1)}`
    })
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 600 }), tampered, fc.json().map(encodeJson)),
      (text) => {
        const read = cursorOf(place).safeParse(text)
        if (read.success) return Number.isSafeInteger(read.data?.after) && (read.data?.after ?? -1) >= 0
        const [issue] = read.error.issues
        const isTooLong = issue?.code === 'too_big'
        return isTooLong || (issue?.code === 'custom' && issue.params?.['code'] === 'bad_cursor')
      },
    ),
    seeded(1000),
  )
  t.pass()
})

const encodeJson = (json: string): string => Buffer.from(json).toString('base64url')
