import test from 'ava'
import { sweepNotifications } from '../../src/notifications/index.ts'
import { streetOf } from '../people/street.ts'
import { startSweepNotifications } from '../../workers/sweep-notifications.ts'
import { eventually } from '../support/eventually.ts'
import { closed, comment, inboxOf, like, nextPost, nextRoom, readUpTo, tell } from './inbox.ts'

const street = streetOf(test)

const sweep = (keepDays: number): Promise<number> =>
  sweepNotifications({ sql: street().world.sql, transaction: street().transaction, keepDays })

const age = (account: number, days: number, seconds: number) =>
  street()
    .world.sql('notifications')
    .where({ account_id: account })
    .update({ updated_at: street().world.sql.raw('NOW(3) - INTERVAL ? DAY - INTERVAL ? SECOND', [days, seconds]) })

test.serial(
  'what is older than so many days goes, with its actors and out of the count; what is a little younger stays',
  async (t) => {
    const [alice, bob, carol] = await street().moveInMany('alice', 3)
    if (!alice || !bob || !carol) throw new Error('three people moved in')
    await tell(street(), comment(bob, alice, nextPost()), comment(bob, carol, nextPost()))
    await readUpTo(alice, (await inboxOf(alice)).items[0])
    await tell(street(), comment(bob, alice, nextPost()), like(carol, alice, nextPost()))
    await age(alice.id, 90, 5)
    await age(carol.id, 90, -60)
    await tell(street(), comment(bob, alice, nextPost()))

    t.is(await sweep(90), 3)
    t.is(await sweep(90), 0)

    t.like(await inboxOf(alice), { unread: 1 })
    t.is((await inboxOf(alice)).items.length, 1)
    t.is((await inboxOf(carol)).unread, 1)
    const actors = street().world.sql('notification_actors').where({ account_id: alice.id })
    t.deepEqual(await actors.count({ count: '*' }), [{ count: 1 }])
  },
)

test.serial('one that somebody joined is as young as that', async (t) => {
  const [alice, bob, carol] = await street().moveInMany('alice', 3)
  const post = nextPost()
  await tell(street(), like(bob!, alice!, post))
  await age(alice!.id, 100, 0)

  await tell(street(), like(carol!, alice!, post))

  t.is(await sweep(90), 0)
  t.is((await inboxOf(alice!)).items[0]?.actors.count, 2)
})

test.serial('more than fits into one batch goes at once, also when two workers sweep', async (t) => {
  const crowd = await street().moveInMany('dave', 1100)
  const room = nextRoom()
  await tell(street(), ...crowd.map((one) => closed(one, room)))
  const { sql } = street().world
  await sql('notifications').where({ room_id: room }).update({ updated_at: '2001-01-01 00:00:00' })

  const swept = await Promise.all([sweep(90), sweep(90)])

  t.is(swept[0]! + swept[1]!, 1100)
  t.is((await inboxOf(crowd[0]!)).unread, 0)
})

test.serial('a worker sweeps when it starts', async (t) => {
  const [alice, bob] = await street().moveInMany('alice', 2)
  await tell(street(), comment(bob!, alice!, nextPost()))
  await age(alice!.id, 91, 0)
  const { world, transaction } = street()

  const worker = startSweepNotifications({ sql: world.sql, transaction, keepDays: 90, log: world.log })
  t.teardown(() => worker.close())

  t.true(await eventually(async () => (await inboxOf(alice!)).unread === 0))
})
