import test from 'ava'
import { showRelayBacklog } from '../../src/live/metrics.ts'
import { relayBacklog } from '../../src/live/store.ts'
import { createTelling } from '../../src/live/index.ts'
import { Metrics } from '../../src/platform/metrics.ts'
import { Neighbour, openHouse } from '../chat/house.ts'
import { eventually } from '../support/eventually.ts'
import { Scrape, scrape } from '../support/scrape.ts'
import { worldOf } from '../support/world.ts'
import { connect, listenAs, openRelay } from './station.ts'

const world = worldOf(test)

async function tellSome(count: number): Promise<void> {
  const { broker, close } = connect(world())
  const transaction = createTelling({ sql: world().sql, broker, log: world().log })
  for (let n = 0; n < count; n += 1)
    await transaction(async (_, tell) => tell({ topic: 'timeline', type: 'post.created', data: { n } }))
  await close()
}

test.serial('what no relay has told is counted, with its age, and not beyond a bound', async (t) => {
  t.deepEqual(await relayBacklog(world().sql), { events: 0, oldestSeconds: 0, position: 0 })

  await tellSome(3)
  await world()
    .sql('events')
    .update({ created_at: world().sql.raw('NOW(3) - INTERVAL 50 SECOND') })

  const backlog = await relayBacklog(world().sql)
  t.like(backlog, { events: 3, position: 0 })
  t.true(backlog.oldestSeconds >= 50 && backlog.oldestSeconds < 90, String(backlog.oldestSeconds))
  t.is((await relayBacklog(world().sql, 2)).events, 2)
  const metrics = new Metrics()
  showRelayBacklog({ sql: world().sql, metrics, log: world().log })
  const shown = new Scrape(await metrics.text())
  t.is(shown.value('madang_events_waiting'), 3)
  t.is(shown.value('madang_events_position'), 0)
  const oldest = shown.value('madang_events_oldest_seconds') ?? 0
  t.true(oldest >= 50 && oldest < 110, String(oldest))
})

test.serial('a server shows how far it has told, and counts whom it had to tell to reload', async (t) => {
  const house = await openHouse(world(), { STREAM_RESUME_MAX_EVENTS: 2 })
  await openRelay(t, world())
  await tellSome(3)
  const position = await eventually(async () => {
    const { position: last, events } = await relayBacklog(world().sql)
    const told = (await scrape(house.origin)).value('madang_stream_position')
    return events === 0 && last >= 6 && told === last && last
  })
  const alice = await Neighbour.moveIn(world(), house, 'alice')

  const near = await listenAs(t, house.origin, alice.token, { after: String(position - 1) })
  await near.event('ready')
  t.is((await scrape(house.origin)).value('madang_stream_gaps_total'), 0)
  const far = await listenAs(t, house.origin, alice.token, { after: '1' })
  await far.event('gap')

  const found = await scrape(house.origin)
  t.is(found.value('madang_stream_gaps_total'), 1)
  t.is(found.value('madang_streams'), 2)
  t.is(found.value('madang_stream_lag_events'), 0)
})
