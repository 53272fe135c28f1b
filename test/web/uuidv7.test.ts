import test from 'ava'
import { uuidv7 } from '../../web/src/api/uuidv7.ts'

test('ids are of version 7, in lower case, carry the time, and grow whatever the clock does', (t) => {
  const now = Date.now() + 1000
  const atOnce = Array.from({ length: 10_000 }, () => uuidv7(now))
  const setBack = uuidv7(now - 60_000)
  const later = uuidv7(now + 60_000)

  const all = [...atOnce, setBack, later]
  t.true(all.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)))
  t.deepEqual(all, all.toSorted())
  t.is(new Set(all).size, all.length)
  t.is(Number.parseInt(atOnce[0]!.replaceAll('-', '').slice(0, 12), 16), now)
  t.is(Number.parseInt(later.replaceAll('-', '').slice(0, 12), 16), now + 60_000)
})

test('a clock that was far ahead is not followed once it is right', (t) => {
  const now = Date.now()
  uuidv7(now + 3_600_000)

  t.is(Number.parseInt(uuidv7(now).replaceAll('-', '').slice(0, 12), 16), now)
})
