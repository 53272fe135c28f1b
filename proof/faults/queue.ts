import { Queue, UnrecoverableError, Worker } from 'bullmq'
import { isRunning, markOf } from '../../tools/processes.ts'
import type { ProcessMark } from '../../tools/processes.ts'
import { insideOf, needsInside, nothing, sleep, workerNames } from './fault.ts'
import type { Effect, Fault, Inside, PartName, Patient } from './fault.ts'
import type { Chance } from '../chance.ts'

const prefix = '{madang-queue}'
const queues = ['flush-rooms', 'close-rooms'] as const

/** Workers that are well take jobs, too: how long it waits beyond its time for one of its own. */
const firstFailureMs = 5000

const flushed: Fault = {
  name: 'queue: flushed',
  says: 'all keys of the queues are deleted: jobs that wait are gone, and who works on one has no lock any more',
  lasts: [0, 0],
  missing: needsInside,
  async inject(patient) {
    const { redis } = insideOf(patient)
    const keys = await keysLike(insideOf(patient), `${prefix}:*`)
    if (keys.length > 0) await redis.del(...keys)
    const detail = `${keys.length} keys of the queues were deleted`
    return keys.length === 0 ? nothing(detail) : { detail }
  },
}

const failed: Fault = {
  name: 'queue: jobs fail and are retained',
  says: 'a broken worker takes jobs and fails each of them for ever; failed jobs stay in the queue',
  lasts: [1500, 5000],
  missing: needsInside,
  inject(patient) {
    const broken = queues.map((name) => {
      const work = (): Promise<void> => {
        // Of any other error there would be a second try, by a worker that is well.
        throw new UnrecoverableError('this worker is broken')
      }
      const worker = new Worker(name, work, { ...connection(insideOf(patient)), concurrency: 8 })
      worker.on('error', () => undefined)
      return worker
    })
    return {
      detail: 'a broken worker took jobs and failed them',
      hasHit: async () => (await retained(insideOf(patient))) > 0,
      async heal() {
        const inside = insideOf(patient)
        const deadline = performance.now() + firstFailureMs
        while ((await retained(inside)) === 0 && performance.now() < deadline) await sleep(200)
        await Promise.all(broken.map((worker) => closed(worker)))
        const count = await retained(inside)
        return { detail: `${count} failed jobs stand in the queues`, isNothing: count === 0 }
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
  async inject(patient, chance) {
    const inside = insideOf(patient)
    const found = await caughtAtWork(inside, patient, chance)
    if (found === undefined) return nothing('no worker was in the middle of a job')
    const { part, mark } = found
    const giving = new Giving(inside)
    const given = giving.run()
    return {
      detail: `${part} (${mark.pid}) stood still, and its jobs were given to others`,
      hasHit: () => giving.taken > 0,
      async heal(): Promise<Effect> {
        giving.stop()
        // Whatever Redis does: nobody else wakes it.
        if (isRunning(mark)) process.kill(-mark.pid, 'SIGCONT')
        await Promise.race([given, sleep(3000)])
        return { detail: `${giving.taken} locks were taken away`, isNothing: giving.taken === 0 }
      },
    }
  },
}

const catchWithinMs = 5000
/** Longer than most jobs take. */
const certainAfterMs = 150

/** Stops a worker while a job is locked, and looks whether the lock stays: then it is that worker's. */
async function caughtAtWork(
  inside: Inside,
  { pidOf }: Patient,
  chance: Chance,
): Promise<{ part: PartName; mark: ProcessMark } | undefined> {
  const deadline = performance.now() + catchWithinMs
  while (performance.now() < deadline) {
    const locks = await keysLike(inside, `${prefix}:*:lock`)
    const part = chance.of(workerNames)
    const mark = markOf(pidOf?.(part) ?? 0)
    if (locks.length === 0 || mark === undefined) {
      await sleep(2)
      continue
    }
    process.kill(-mark.pid, 'SIGSTOP')
    await sleep(certainAfterMs)
    const left = await keysLike(inside, `${prefix}:*:lock`).catch(() => [])
    if (left.some((lock) => locks.includes(lock))) return { part, mark }
    process.kill(-mark.pid, 'SIGCONT')
  }
  return undefined
}

/** Takes locks of jobs away and has BullMQ give the jobs to others. */
class Giving {
  readonly #inside: Inside
  #isStopped = false
  #taken = 0

  constructor(inside: Inside) {
    this.#inside = inside
  }

  /** How many locks so far. */
  get taken(): number {
    return this.#taken
  }

  stop(): void {
    this.#isStopped = true
  }

  /** Until it is stopped. Never rejects: a Redis that another fault has taken away has no jobs to give. */
  async run(): Promise<void> {
    const checkers = queues.map((name) => {
      const worker = new Worker(name, undefined, {
        ...connection(this.#inside),
        autorun: false,
        stalledInterval: 400,
      })
      worker.on('error', () => undefined)
      return worker
    })
    try {
      await Promise.all(checkers.map((checker) => checker.startStalledCheckTimer()))
      while (!this.#isStopped) {
        const locks = await keysLike(this.#inside, `${prefix}:*:lock`)
        if (locks.length > 0) this.#taken += await this.#inside.redis.del(...locks)
        await sleep(200)
      }
    } catch {
      // Redis is away.
    } finally {
      await Promise.all(checkers.map((checker) => closed(checker)))
    }
  }
}

/** How many jobs stand in the queues as failed for ever. */
async function retained(inside: Inside): Promise<number> {
  let count = 0
  for (const name of queues) {
    const queue = new Queue(name, connection(inside))
    queue.on('error', () => undefined)
    try {
      count += await queue.getFailedCount()
    } finally {
      await closed(queue)
    }
  }
  return count
}

/** A worker whose Redis is away would wait for it. */
async function closed(one: Worker | Queue): Promise<void> {
  const closing = one instanceof Worker ? one.close(true) : one.close()
  await Promise.race([closing.catch(() => undefined), sleep(2000)])
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
