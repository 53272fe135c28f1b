import test from 'ava'
import { deadlocksOf } from '../support/deadlocks.ts'
import { streetOf } from './street.ts'
import type { Resident } from './street.ts'

/** Many at once, and as many as one may. */
const street = streetOf(test, { FOLLOWS_MAX: 3, BLOCKS_MAX: 3, RELATIONS_PER_MINUTE: 1_000_000 })

const put = async (who: Resident, what: string, other: Resident) =>
  (await who.ask(`PUT /v1/people/${other.username}/${what}`)).status

test.serial('two hundred who follow one person at once are counted exactly', async (t) => {
  const alice = await street().moveIn('alice')
  const crowd = await street().moveInMany('bob', 200)
  const deadlocks = deadlocksOf(street().world.sql)

  const answers = await Promise.all(crowd.map((one) => put(one, 'follow', alice)))

  t.deepEqual(new Set(answers), new Set([204]))
  t.is(deadlocks(), 0)
  t.is((await crowd[0]!.ask(`GET /v1/people/${alice.username}`)).body['followers'], 200)
})

test.serial(
  'people who follow, block and let go of each other in all directions at once leave exact counts',
  async (t) => {
    const ring = await street().moveInMany('carol', 8)
    const deadlocks = deadlocksOf(street().world.sql)
    const acts = ring.flatMap((one, from) =>
      [1, 2, 3].flatMap((step) => {
        const other = ring[(from + step) % ring.length]!
        return ['PUT follow', 'PUT block', 'DELETE block', 'PUT follow', 'DELETE follow', 'PUT mute'].map(
          (what) => () => one.ask(`${what.split(' ')[0]} /v1/people/${other.username}/${what.split(' ')[1]}`),
        )
      }),
    )

    const answers = await Promise.all(acts.map((act) => act()))

    t.true(answers.every(({ status }) => [204, 404, 409].includes(status)))
    t.is(deadlocks(), 0)
    const { sql } = street().world
    const wrong = await sql('people').whereRaw(
      `followers <> (SELECT COUNT(*) FROM follows WHERE followed_id = account_id)
     OR following <> (SELECT COUNT(*) FROM follows WHERE follower_id = account_id)
     OR hidden <> (SELECT COUNT(*) FROM blocks WHERE blocker_id = account_id)
                + (SELECT COUNT(*) FROM mutes WHERE muter_id = account_id)`,
    )
    t.deepEqual(wrong, [])
    const torn = await sql('follows as f').join('blocks as b', (on) =>
      on
        .on('b.blocker_id', 'f.follower_id')
        .andOn('b.blocked_id', 'f.followed_id')
        .orOn('b.blocker_id', 'f.followed_id')
        .andOn('b.blocked_id', 'f.follower_id'),
    )
    t.deepEqual(torn, [])
  },
)

test.serial('one may follow so many and not one more, until one lets go', async (t) => {
  const alice = await street().moveIn('alice')
  const others = await street().moveInMany('bob', 4)

  const answers = await Promise.all(others.map((other) => put(alice, 'follow', other)))
  const followed = others[answers.indexOf(204)]!
  const refused = others[answers.indexOf(409)]!

  t.deepEqual(answers.toSorted(), [204, 204, 204, 409])
  t.is(await put(alice, 'follow', followed), 204)
  await alice.ask(`DELETE /v1/people/${followed.username}/follow`)
  t.is(await put(alice, 'follow', refused), 204)
})

test.serial('one may block and mute so many together and not one more, until one lets go', async (t) => {
  const alice = await street().moveIn('alice')
  const [bob, carol, dave, erin] = await street().moveInMany('bob', 4)
  if (!bob || !carol || !dave || !erin) throw new Error('four people moved in')

  const within = [await put(alice, 'block', bob), await put(alice, 'mute', carol), await put(alice, 'block', dave)]
  const over = [await put(alice, 'block', erin), await put(alice, 'mute', erin)]
  const repeated = [await put(alice, 'block', bob), await put(alice, 'mute', carol)]
  await alice.ask(`DELETE /v1/people/${carol.username}/mute`)

  t.deepEqual(within, [204, 204, 204])
  t.deepEqual(over, [409, 409])
  t.deepEqual(repeated, [204, 204])
  t.is(await put(alice, 'mute', erin), 204)
})
