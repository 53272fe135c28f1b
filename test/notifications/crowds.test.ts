import test from 'ava'
import type { PostId } from '../../src/platform/ids.ts'
import { streetOf } from '../people/street.ts'
import type { Resident } from '../people/street.ts'
import { deadlocksOf } from '../support/deadlocks.ts'
import { closed, comment, inboxOf, like, mention, nextPost, nextRoom, takeBack, tell } from './inbox.ts'

/** Many at once. */
const street = streetOf(test)

/** What the rows say, whatever was counted on the way. */
async function recount(who: Resident) {
  const { sql } = street().world
  const inbox = await sql('inboxes').where({ account_id: who.id }).first<{ read_up_to: number; unread: number }>()
  const rows = await sql('notifications')
    .where({ account_id: who.id })
    .select<{ id: number; place: number; actors: number; latest: string }[]>('id', 'place', 'actors', 'latest')
  const actors = await sql('notification_actors')
    .where({ account_id: who.id })
    .orderBy('place', 'desc')
    .select<{ notification_id: number; actor_id: number }[]>('notification_id', 'actor_id')
  return {
    unread: [inbox?.unread, rows.filter(({ place }) => place > (inbox?.read_up_to ?? 0)).length],
    wrong: rows.filter((row) => {
      const own = actors.filter((actor) => actor.notification_id === row.id).map((actor) => actor.actor_id)
      return row.actors !== own.length || row.latest !== own.slice(0, 3).join(',')
    }),
    count: rows.length,
  }
}

test.serial(
  'two hundred likes of two posts of one author at once are counted exactly, without a deadlock',
  async (t) => {
    const alice = await street().moveIn('alice')
    const fans = await street().moveInMany('bob', 200)
    const posts = [nextPost(), nextPost()]
    const deadlocks = deadlocksOf(street().world.sql)

    await Promise.all(fans.map((fan, index) => tell(street(), like(fan, alice, posts[index % 2]!))))

    const { items, unread } = await inboxOf(alice)
    t.is(unread, 2)
    t.deepEqual(
      items.map(({ actors }) => actors.count),
      [100, 100],
    )
    t.deepEqual((await recount(alice)).wrong, [])
    t.is(deadlocks(), 0)
  },
)

test.serial(
  'people who like, take back, mention each other, read and part at once leave exact counts, without a deadlock',
  async (t) => {
    const ring = await street().moveInMany('carol', 6)
    const deadlocks = deadlocksOf(street().world.sql)
    const posts = ring.map(() => nextPost())
    const act = async (one: Resident, step: number, from: number): Promise<void> => {
      const to = (from + step) % ring.length
      const [other, post] = [ring[to]!, posts[to]!]
      await tell(street(), like(one, other, post))
      await tell(street(), ...ring.toReversed().map((each) => mention(one, each, (1000 + from * 10 + step) as PostId)))
      const place = (await inboxOf(one)).items[0]?.place
      await Promise.all([
        takeBack(street(), { type: 'like', from: one.id, to: other.id, post }),
        tell(street(), comment(one, other, post)),
        place === undefined ? undefined : one.ask('POST /v1/notifications/read', { upTo: place }),
        step === 2 && from < 2 ? one.ask(`PUT /v1/people/${other.username}/block`) : undefined,
      ])
      await tell(street(), like(one, other, post))
    }

    await Promise.all(ring.flatMap((one, from) => [1, 2, 3, 4].map((step) => act(one, step, from))))

    t.is(deadlocks(), 0)
    for (const one of ring) {
      const { unread, wrong, count } = await recount(one)
      t.true(count > 0)
      t.is(unread[0], unread[1])
      t.deepEqual(wrong, [])
    }
  },
)

test.serial('who blocks somebody while that person writes to them is left with nothing of it', async (t) => {
  for (let round = 0; round < 10; round += 1) {
    const [alice, bob] = await street().moveInMany('alice', 2)
    if (!alice || !bob) throw new Error('two people moved in')

    await Promise.all([
      ...Array.from({ length: 4 }, () => tell(street(), comment(bob, alice, nextPost()))),
      alice.ask(`PUT /v1/people/${bob.username}/block`),
      ...Array.from({ length: 4 }, () => tell(street(), comment(bob, alice, nextPost()))),
    ])

    t.deepEqual(await inboxOf(alice), { items: [], unread: 0 })
  }
})

test.serial('a thousand members learn of the end of a room by a few statements, once', async (t) => {
  const members = await street().moveInMany('dave', 1000)
  const room = nextRoom()
  let statements = 0
  const hear = (): void => void (statements += 1)
  street().world.sql.on('query', hear)

  const told = members.map((member) => closed(member, room))
  await tell(street(), ...told)
  street().world.sql.removeListener('query', hear)
  await tell(street(), ...told.toReversed())

  t.true(statements <= 25, `${statements} statements`)
  const { sql } = street().world
  t.deepEqual(await sql('notifications').where({ room_id: room }).count({ count: '*' }), [{ count: 1000 }])
  for (const one of [members[0], members[499], members[999]]) t.is((await inboxOf(one!)).unread, 1)
})
