import { Queue } from 'bullmq'
import test from 'ava'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import { because } from '../../src/platform/cause.ts'
import { queuePrefix } from '../../src/platform/queue.ts'
import { eventually } from '../support/eventually.ts'
import { alice, bob, createSite, line } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

test('what a batch causes is because of its first line, and not because of a line of the batch before', async (t) => {
  const site = await createSite(world(), world().configWith({ FLUSH_ENTRIES: 2 }))
  const flushes = new Queue('flush-rooms', { connection: { url: world().redis.url }, prefix: queuePrefix })
  world().atEnd(async () => {
    await flushes.close()
    await site.stop()
  })
  const room = await site.newRoom([alice, bob])

  const first = because({ requestId: 'the-first-line' }, () => site.ledger.append(room, line('one')))
  // By then the first is on its way, and what comes now waits for the next batch.
  await endOfTurn()
  const second = because({ requestId: 'the-second-line' }, () => site.ledger.append(room, line('two', bob)))

  t.like(await Promise.all([first, second]), { 0: { place: { seq: 1 } }, 1: { place: { seq: 2 } } })
  const [job] = await eventually(async () => {
    const waiting = await flushes.getJobs(['waiting'])
    return waiting.length > 0 && waiting
  })
  t.deepEqual(job?.data, { requestId: 'the-second-line', room })
})
