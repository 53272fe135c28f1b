import { argon2 } from 'node:crypto'
import { promisify } from 'node:util'
import test from 'ava'
import { Passwords } from '../../src/accounts/passwords.ts'

const derive = promisify(argon2)
const roomy = new Passwords({ atOnce: 4, mostWaiting: 100 })

test('a password is stored with its cost and its own salt, and known again', async (t) => {
  const one = await roomy.hash('correct horse battery')
  const other = await roomy.hash('correct horse battery')

  t.regex(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  t.not(one, other)
  t.deepEqual(await roomy.verify('correct horse battery', one), { isRight: true, isWeak: false })
  t.deepEqual(await roomy.verify('correct horse batterz', one), { isRight: false, isWeak: false })
  t.deepEqual(await roomy.verify('', one), { isRight: false, isWeak: false })
})

test('for somebody unknown the same work is done, and nothing is right', async (t) => {
  const asked: Record<string, unknown>[] = []
  const counting = new Passwords({
    atOnce: 1,
    mostWaiting: 0,
    async derive(algorithm, { message, nonce, ...cost }) {
      asked.push({ algorithm, message, saltBytes: nonce.length, ...cost })
      return derive(algorithm, { message, nonce, ...cost })
    },
  })
  const stored = await roomy.hash('correct horse battery')

  t.false((await counting.verify('guess', stored)).isRight)
  t.false((await counting.verify('guess', undefined)).isRight)

  t.is(asked.length, 2)
  t.deepEqual(asked[1], asked[0])
  t.like(asked[0], {
    algorithm: 'argon2id',
    message: 'guess',
    memory: 19_456,
    passes: 2,
    parallelism: 1,
    tagLength: 32,
  })
})

test('so many are computed at once and no more, however many come', async (t) => {
  let [running, most] = [0, 0]
  const counting = new Passwords({
    atOnce: 2,
    mostWaiting: 100,
    async derive() {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      return Buffer.alloc(32)
    },
  })

  await Promise.all(Array.from({ length: 100 }, () => counting.hash('correct horse battery')))

  t.is(most, 2)
})

test('as many as may wait are served, and one more is sent away', async (t) => {
  const narrow = new Passwords({ atOnce: 1, mostWaiting: 2 })

  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => narrow.hash('correct horse battery')))

  t.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['fulfilled', 'fulfilled', 'fulfilled', 'rejected'],
  )
  t.like(outcomes[3], { reason: { code: 'unavailable', retryAfter: 2 } })
  await t.notThrowsAsync(narrow.hash('correct horse battery'))
})

test('a stored string that is no argon2id is an error and no password', async (t) => {
  for (const phc of ['', 'plain', '$argon2i$v=19$m=8,t=1,p=1$AAAA$AAAA', '$2b$10$abcdefghijklmnopqrstuv']) {
    await t.throwsAsync(roomy.verify('plain', phc))
  }
})
