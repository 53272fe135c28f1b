import test from 'ava'
import { z } from 'zod'
import { cursorOf, encodeCursor, pageAnswer, pageLimit, pageOf } from '../../../src/platform/http/pages.ts'
import { route } from '../../../src/platform/http/route.ts'
import { serve } from './serve.ts'

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
