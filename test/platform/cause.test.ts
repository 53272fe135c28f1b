import { setTimeout as wait } from 'node:timers/promises'
import test from 'ava'
import { because, causeNow, requestIdOf } from '../../src/platform/cause.ts'

const idNow = (): string | undefined => causeNow()?.requestId

test('what is done later is done because of the same', async (t) => {
  const seen: (string | undefined)[] = []
  const work = (name: string): Promise<void> =>
    because({ requestId: name }, async () => {
      await wait(1)
      seen.push(idNow())
      await new Promise<void>((resolve) => setTimeout(() => resolve(void seen.push(idNow())), 1))
    })

  await Promise.all([work('one'), work('two')])

  t.deepEqual(seen.toSorted(), ['one', 'one', 'two', 'two'])
  t.is(idNow(), undefined)
})

test('what outlives its request is nobody’s', (t) => {
  because({ requestId: 'one' }, () => {
    t.is(
      because(undefined, () => idNow()),
      undefined,
    )
    t.is(idNow(), 'one')
  })
})

test('an id that Nginx gave counts, anything else does not', (t) => {
  t.is(requestIdOf({ 'x-request-id': '0123456789abcdef0123456789abcdef' }), '0123456789abcdef0123456789abcdef')
  for (const odd of ['short', 'x'.repeat(65), 'with a space', 'a.dot.in.it', '{"forged":1}', '']) {
    t.regex(requestIdOf({ 'x-request-id': odd }), /^[0-9a-f-]{36}$/, odd)
  }
  t.not(requestIdOf({}), requestIdOf({}))
})
