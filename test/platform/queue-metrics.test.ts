import test from 'ava'
import { Metrics } from '../../src/platform/metrics.ts'
import { Doorbell, startWorker } from '../../src/platform/queue.ts'
import type { QueueDefinition } from '../../src/platform/queue.ts'
import { showQueues } from '../../src/platform/queue-depths.ts'
import { eventually } from '../support/eventually.ts'
import { Scrape } from '../support/scrape.ts'
import { worldOf } from '../support/world.ts'

interface Errand {
  isHard: boolean
}

const errands: QueueDefinition<Errand> = {
  name: 'errands',
  options: () => ({ attempts: 1, removeOnComplete: true, removeOnFail: { count: 10 } }),
}

const world = worldOf(test)

test('jobs are counted while they wait, and timed by what became of them', async (t) => {
  const { log, config } = world()
  const url = config.REDIS_URL
  const metrics = new Metrics()
  const queues = showQueues({ url, names: [errands.name], metrics, log })
  const bell = new Doorbell({ url, definition: errands, log })
  world().atEnd(async () => {
    await bell.close()
    await queues.close()
  })
  const look = async (): Promise<Scrape> => new Scrape(await metrics.text())
  const inState = async (state: string): Promise<number | undefined> =>
    (await look()).value('madang_queue_jobs', { queue: 'errands', state })

  for (const isHard of [true, false, false]) await eventually(() => bell.ring({ isHard }))
  await eventually(async () => (await inState('waiting')) === 3)
  t.is((await look()).value('madang_redis_connected', { connection: 'queue' }), 1)

  const work = async ({ isHard }: Errand): Promise<void> => {
    if (isHard) throw new Error('too hard')
  }
  const worker = startWorker({ url, definition: errands, concurrency: 1, log, metrics, work })
  world().atEnd(() => worker.close())
  const ended = (outcome: string, found: Scrape): number =>
    found.sum('madang_job_duration_seconds_count', { queue: 'errands', outcome })
  const found = await eventually(async () => {
    const after = await look()
    return ended('done', after) + ended('failed', after) === 3 && after
  })
  t.is(ended('done', found), 2)
  t.is(ended('failed', found), 1)
  await eventually(async () => (await inState('failed')) === 1 && (await inState('waiting')) === 0)
})
