import { Worker } from 'bullmq'
import { isRunning, markOf } from '../../tools/processes.ts'
import { insideOf, needsInside, sleep, workerNames } from './fault.ts'
import type { Fault, Inside } from './fault.ts'

const prefix = '{madang-queue}'
const queues = ['flush-rooms', 'close-rooms'] as const

const flushed: Fault = {
  name: 'queue: flushed',
  says: 'all keys of the queues are deleted: jobs that wait are gone, and who works on one has no lock any more',
  lasts: [0, 0],
  missing: needsInside,
  async inject(patient) {
    const { redis } = insideOf(patient)
    const keys = await keysLike(insideOf(patient), `${prefix}:*`)
    if (keys.length > 0) await redis.del(...keys)
    return { detail: `${keys.length} keys of the queues were deleted` }
  },
}

const failed: Fault = {
  name: 'queue: jobs fail and are retained',
  says: 'a broken worker takes jobs and fails each of them for ever; failed jobs stay in the queue',
  lasts: [1500, 5000],
  missing: needsInside,
  inject(patient) {
    let count = 0
    const broken = queues.map((name) => {
      const work = (): Promise<void> => {
        count += 1
        throw new Error('this worker is broken')
      }
      const worker = new Worker(name, work, { ...connection(insideOf(patient)), concurrency: 8 })
      worker.on('error', () => undefined)
      return worker
    })
    return {
      detail: 'a broken worker took jobs and failed them',
      async heal() {
        await Promise.all(broken.map((worker) => closed(worker)))
        return `${count} jobs failed`
      },
    }
  },
}

/**
 * What a loop that is blocked for longer than a job's lock leads to: the job is given to the other worker, and the first one wakes in
 * the middle of it. Nobody waits for half a minute here: the lock is taken away, and BullMQ's own check does the rest.
 */
const handedOutTwice: Fault = {
  name: 'queue: job handed out twice',
  says: 'a worker stands still in the middle of its jobs, their locks run out, the other worker gets them, and the first one wakes',
  lasts: [2500, 6000],
  weight: 1.5,
  missing: needsInside,
  async inject(patient, random, forMs) {
    const part = random.pick(workerNames)
    const mark = markOf(patient.pidOf?.(part) ?? 0)
    if (mark === undefined) return { detail: `${part} was not running` }
    process.kill(-mark.pid, 'SIGSTOP')
    const inside = insideOf(patient)
    const until = performance.now() + forMs
    const given = giveAway(inside, until)
    return {
      detail: `${part} (${mark.pid}) stood still, and its jobs were given to others`,
      async heal() {
        await given
        if (isRunning(mark)) process.kill(-mark.pid, 'SIGCONT')
      },
    }
  },
}

/** Never rejects: a Redis that another fault has taken away has no jobs to give. */
async function giveAway(inside: Inside, until: number): Promise<void> {
  const checkers = queues.map((name) => {
    const worker = new Worker(name, undefined, { ...connection(inside), autorun: false, stalledInterval: 400 })
    worker.on('error', () => undefined)
    return worker
  })
  try {
    await Promise.all(checkers.map((checker) => checker.startStalledCheckTimer()))
    while (performance.now() < until) {
      const locks = await keysLike(inside, `${prefix}:*:lock`)
      if (locks.length > 0) await inside.redis.del(...locks)
      await sleep(200)
    }
  } catch {
    // Redis is away.
  } finally {
    await Promise.all(checkers.map((checker) => closed(checker)))
  }
}

/** A worker whose Redis is away would wait for it. */
async function closed(worker: Pick<Worker, 'close'>): Promise<void> {
  await Promise.race([worker.close(true).catch(() => undefined), sleep(2000)])
}

function connection({ redis }: Inside) {
  const { host, port, password } = redis.options
  return {
    connection: { host, port, password, protocol: 2 as const, maxRetriesPerRequest: null },
    prefix,
    skipVersionCheck: true,
  }
}

async function keysLike({ redis }: Inside, pattern: string): Promise<string[]> {
  const keys: string[] = []
  for (let cursor = '0', isFirst = true; isFirst || cursor !== '0'; isFirst = false) {
    const [next, some] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1000)
    cursor = next
    keys.push(...some)
  }
  return keys
}

export const queueFaults: readonly Fault[] = [flushed, failed, handedOutTwice]
