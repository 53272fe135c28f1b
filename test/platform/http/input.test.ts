import test from 'ava'
import { z } from 'zod'
import { Problem } from '../../../src/platform/errors.ts'
import { QueryReader } from '../../../src/platform/http/input.ts'

/** Says how often it was asked. */
function counted() {
  const state = { asked: 0 }
  const limit = z.string().transform((text) => {
    state.asked += 1
    return Number(text)
  })
  return { state, reader: new QueryReader(z.strictObject({ limit, tag: z.string().optional() })) }
}

test('a query that was read lately is not read again, and nobody changes what others are answered', (t) => {
  const { state, reader } = counted()

  const first = reader.read('limit=20&tag=%EB%A7%88%EB%8B%B9')
  const again = reader.read('limit=20&tag=%EB%A7%88%EB%8B%B9')
  const other = reader.read('limit=21')

  t.deepEqual([first, again, other], [{ limit: 20, tag: '마당' }, first, { limit: 21 }])
  t.is(state.asked, 2)
  t.throws(() => (again.limit = 5), { instanceOf: TypeError })
})

test('what is refused is refused each time', (t) => {
  const { reader } = counted()

  for (const query of ['limit=20&limit=21', 'limit=20&size=1', '']) {
    for (const time of [1, 2]) t.throws(() => reader.read(query), { instanceOf: Problem }, `${query}, time ${time}`)
  }
})

test('a hundred queries are kept, those that came last, and none that is long', (t) => {
  const { state, reader } = counted()
  for (let limit = 1; limit <= 101; limit += 1) reader.read(`limit=${limit}`)

  reader.read('limit=2')
  t.is(state.asked, 101)
  t.deepEqual(reader.read('limit=1'), { limit: 1 })
  t.is(state.asked, 102)
  for (const time of [103, 104]) {
    reader.read(`limit=3&tag=${'a'.repeat(200)}`)
    t.is(state.asked, time)
  }
})
