import test from 'ava'
import { flushRoom } from '../../src/ledger/flush.ts'
import { showBudget } from '../../src/ledger/metrics.ts'
import { attemptClosing } from '../../src/ledger/recovery.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { Metrics } from '../../src/platform/metrics.ts'
import { connectMysql } from '../../src/platform/mysql.ts'
import { alice, createSite, line } from '../support/ledger.ts'
import type { LedgerSite } from '../support/ledger.ts'
import { Scrape } from '../support/scrape.ts'
import { worldOf } from '../support/world.ts'

/** What goes wrong is counted where it goes wrong. What goes well is seen on a whole stack (test/journeys/metrics.test.ts). */

const world = worldOf(test)
let site: LedgerSite
test.serial.before(async () => {
  site = await createSite(world())
})

type Growth = (name: string, labels?: Record<string, string>) => number

async function watch(): Promise<() => Promise<Growth>> {
  const before = new Scrape(await site.metrics.text())
  return async () => {
    const after = new Scrape(await site.metrics.text())
    return (name, labels) => after.sum(name, labels) - before.sum(name, labels)
  }
}

async function roomWith(...texts: string[]): Promise<RoomId> {
  const room = await site.newRoom()
  for (const text of texts) await site.ledger.append(room, line(text))
  return room
}

test.serial('a flush that fails is counted, and one that stores counts its rows', async (t) => {
  const room = await roomWith('one', 'two', 'three')
  const gone = connectMysql({ url: 'mysql://nobody@127.0.0.1:1/none', poolMax: 1, acquireTimeoutMs: 1000 })
  t.teardown(() => gone.destroy())
  const since = await watch()

  await t.throwsAsync(flushRoom({ ...site.work, sql: gone }, room))
  await flushRoom(site.work, room)
  await flushRoom(site.work, room)

  const grown = await since()
  t.is(grown('madang_flush_failures_total'), 1)
  t.is(grown('madang_flushed_rows_total'), 3)
  t.is(grown('madang_flush_duration_seconds_count'), 1, 'nothing to do is no flush')
})

test.serial('a closing that fails is counted each time, and its end by the state that it ends in', async (t) => {
  const [good, bad] = [await roomWith('one'), await roomWith('one', 'two')]
  for (const room of [good, bad]) await site.ledger.close(room, { by: alice, requestId: undefined })
  await flushRoom(site.work, bad)
  await world().sql('messages').where({ room_id: bad, seq: 1 }).update({ payload: 'something else' })
  const since = await watch()

  await attemptClosing({ ...site.work, transcriptsFolder: '/dev/null/nowhere' }, good)
  await attemptClosing(site.work, good)
  await attemptClosing(site.work, bad)

  const grown = await since()
  t.is(grown('madang_closing_failures_total'), 1)
  const states = ['sealed', 'suspect', 'quarantined']
  t.deepEqual(
    states.map((state) => grown('madang_closings_ended_total', { state })),
    [1, 0, 1],
  )
})

test.serial('a Redis that comes back empty is counted as epochs that are suspect', async (t) => {
  const room = await roomWith('one', 'two')
  const since = await watch()

  await site.redis.flushall()
  t.is((await site.ledger.append(room, line('three'))).type, 'kept')

  const grown = await since()
  t.is(grown('madang_epochs_ended_total', { cause: 'absent' }), 1)
  t.is(grown('madang_suspect_epochs_total'), 1)
})

test.serial('a room that wakes has begun an epoch, and nothing of it is suspect', async (t) => {
  const since = await watch()

  await roomWith('the first line of a room')

  const grown = await since()
  t.is(grown('madang_epochs_ended_total'), 0, 'the first one ends none')
  t.is(grown('madang_suspect_epochs_total'), 0)
})

test('the memory of Redis is shown beside that above which rooms refuse messages, where there is such a bound', async (t) => {
  const shown = async (bytes: number | undefined): Promise<Scrape> => {
    const metrics = new Metrics()
    showBudget(metrics, { used: 70, bytes, fullPercent: 90 })
    return new Scrape(await metrics.text())
  }

  const bounded = await shown(1000)
  t.is(bounded.value('madang_redis_memory_bytes'), 70)
  t.is(bounded.value('madang_redis_memory_full_bytes'), 900)
  t.is((await shown(undefined)).value('madang_redis_memory_full_bytes'), undefined)
})
