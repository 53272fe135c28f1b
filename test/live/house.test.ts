import test from 'ava'
import { createTelling } from '../../src/live/index.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { Neighbour, openHouse } from '../chat/house.ts'
import { worldOf } from '../support/world.ts'
import { connect, hears, listenAs, numbersOf, openRelay } from './station.ts'

const world = worldOf(test)

/** Tells of somebody's doing, as a domain does. */
function teller() {
  const { broker, close } = connect(world())
  world().atEnd(close)
  const transaction = createTelling({ sql: world().sql, broker, log: world().log })
  return (n: number, actor: Neighbour): Promise<void> =>
    transaction(async (_, tell) =>
      tell({ topic: 'timeline', type: 'post.created', data: { n }, actor: actor.account as AccountId }),
    )
}

test.serial(
  'who is blocked or muted while somebody listens is not heard of any more, until that is taken back',
  async (t) => {
    const house = await openHouse(world())
    await openRelay(t, world())
    const tells = teller()
    const alice = await Neighbour.moveIn(world(), house, 'alice')
    const bob = await Neighbour.moveIn(world(), house, 'bob')
    const carol = await Neighbour.moveIn(world(), house, 'carol')
    const [atAlice, atBob] = [await listenAs(t, house.origin, alice.token), await listenAs(t, house.origin, bob.token)]
    await Promise.all([atAlice.event('ready'), atBob.event('ready')])

    await tells(1, bob)
    // Whom she hides holds from where her stream is: what she has not heard by then goes by what is true now.
    await hears(atAlice, 1)
    t.is((await alice.ask(house, `PUT /v1/people/${bob.username}/block`)).status < 300, true)
    await tells(2, bob)
    await tells(3, alice)
    await tells(4, carol)
    await Promise.all([hears(atAlice, 4), hears(atBob, 4)])
    t.is((await alice.ask(house, `DELETE /v1/people/${bob.username}/block`)).status < 300, true)
    t.is((await alice.ask(house, `PUT /v1/people/${carol.username}/mute`)).status < 300, true)
    await tells(5, bob)
    await tells(6, carol)
    await tells(7, alice)
    await Promise.all([hears(atAlice, 7), hears(atBob, 7)])

    t.deepEqual(numbersOf(atAlice), [1, 3, 4, 5, 7])
    t.deepEqual(numbersOf(atBob), [1, 2, 4, 5, 6, 7])
    const wire = [...atAlice.events, ...atBob.events]
    t.true(wire.every(({ event }) => !event.startsWith('relations')))
  },
)

test.serial('signing out ends the streams of that session, and it gets no new one', async (t) => {
  const house = await openHouse(world())
  const alice = await Neighbour.moveIn(world(), house, 'alice')
  const bob = await Neighbour.moveIn(world(), house, 'bob')
  const [atAlice, atBob] = [await listenAs(t, house.origin, alice.token), await listenAs(t, house.origin, bob.token)]
  await Promise.all([atAlice.event('ready'), atBob.event('ready')])

  t.is((await alice.ask(house, 'DELETE /v1/sessions/current')).status, 204)

  t.is(await atAlice.ended(), 'clean')
  t.is((await alice.ask(house, 'GET /v1/stream')).status, 401)
  t.is(atBob.end, undefined)
})

test.serial('who opens streams too often is told when to come again', async (t) => {
  const house = await openHouse(world(), { STREAM_OPENS_PER_MINUTE: 2 })
  const alice = await Neighbour.moveIn(world(), house, 'alice')
  for (const _ of [1, 2]) await (await listenAs(t, house.origin, alice.token)).event('ready')

  const refused = await alice.ask(house, 'GET /v1/stream')

  t.is(refused.status, 429)
  t.is(refused.body['code'], 'rate_limited')
  t.truthy(refused.headers.get('retry-after'))
})

test.serial('a server that stops ends its streams cleanly', async (t) => {
  const house = await openHouse(world())
  const alice = await Neighbour.moveIn(world(), house, 'alice')
  const atAlice = await listenAs(t, house.origin, alice.token)
  await atAlice.event('ready')

  await house.stop()

  t.is(await atAlice.ended(), 'clean')
})
