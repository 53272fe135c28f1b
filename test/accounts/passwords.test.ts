import test from 'ava'
import { Passwords } from '../../src/accounts/passwords.ts'

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
  const stored = await roomy.hash('correct horse battery')
  const known: number[] = []
  const unknown: number[] = []
  const time = async (phc: string | undefined): Promise<number> => {
    const startedAt = performance.now()
    t.false((await roomy.verify('guess', phc)).isRight)
    return performance.now() - startedAt
  }

  for (let nth = 0; nth < 15; nth += 1) {
    known.push(await time(stored))
    unknown.push(await time(undefined))
  }

  const ratio = median(unknown) / median(known)
  t.true(ratio > 0.5 && ratio < 2, `unknown takes ${ratio} times as long`)
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

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}
