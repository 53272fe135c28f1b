import test from 'ava'
import * as fc from 'fast-check'
import type { PersonPage } from '../../web/src/api/types.ts'
import { personAfter } from '../../web/src/people/person-after.ts'
import { RelationWish } from '../../web/src/people/relation-wish.ts'
import { seeded } from '../support/seeded.ts'

const bob: PersonPage = {
  ...{ id: '2', username: 'bob', displayName: 'Bob', picture: null, bio: '', area: '' },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', followers: 3, following: 2 },
  relation: { follows: false, followsMe: true, blocks: false, mutes: false },
}

/** A server that does, or refuses, what it is asked, in the order of a plan. */
function servedBy(refusals: readonly boolean[]) {
  const server = { isOn: false, asked: [] as boolean[], problems: 0, shown: false }
  const left = [...refusals]
  const wish = new RelationWish({
    isOn: false,
    async send(isOn) {
      server.asked.push(isOn)
      await Promise.resolve()
      if (left.shift() === true) throw new Error('refused')
      server.isOn = isOn
    },
    onShown: (isOn) => void (server.shown = isOn),
    onProblem: () => void (server.problems += 1),
  })
  return { server, wish }
}

test('what is wished is shown at once, and is so in the end', async (t) => {
  const { server, wish } = servedBy([])

  const done = wish.wish(true)

  t.true(server.shown)
  t.false(server.isOn)
  t.true(await done)
  t.true(server.isOn)
})

test('what is refused is taken back, and said', async (t) => {
  const { server, wish } = servedBy([true])

  t.false(await wish.wish(true))

  t.false(server.shown)
  t.is(server.problems, 1)
  t.true(await wish.wish(true))
  t.true(server.shown)
})

test('who changes their mind while it is sent is asked for once more and not again', async (t) => {
  const { server, wish } = servedBy([])

  await Promise.all([wish.wish(true), wish.wish(false), wish.wish(true), wish.wish(false)])

  t.deepEqual(server.asked, [true, false])
  t.false(server.shown)
})

test('however often minds change and whatever is refused, what is shown is what is so', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { maxLength: 8 }),
      fc.array(fc.boolean(), { maxLength: 8 }),
      async (wishes, refusals) => {
        const { server, wish } = servedBy(refusals)
        const done = []
        for (const one of wishes) {
          done.push(wish.wish(one))
          if (one) await Promise.resolve()
        }
        await Promise.all(done)
        return server.shown === server.isOn
      },
    ),
    seeded(200),
  )
  t.pass()
})

test('a follow counts once, however often it is said', (t) => {
  const followed = personAfter(bob, 'follow', true)

  t.like(followed, { followers: 4, relation: { follows: true } })
  t.deepEqual(personAfter(followed, 'follow', true), followed)
  t.deepEqual(personAfter(followed, 'follow', false), bob)
})

test('a block ends both follows, and its end brings none of them back', (t) => {
  const blocked = personAfter(personAfter(bob, 'follow', true), 'block', true)

  t.like(blocked, { followers: 3, following: 1 })
  t.deepEqual(blocked.relation, { follows: false, followsMe: false, blocks: true, mutes: false })
  t.deepEqual(personAfter(blocked, 'block', false).relation, { ...blocked.relation, blocks: false })
})

test('a mute changes nothing else', (t) => {
  t.deepEqual(personAfter(personAfter(bob, 'mute', true), 'mute', false), bob)
})
