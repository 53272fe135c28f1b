import { Queue } from 'bullmq'
import type { Job } from 'bullmq'
import { Redis } from 'ioredis'
import type { Log } from './log.ts'
import { queuePrefix } from './queue.ts'

/** What waits in a queue, and what has failed of late. */
export interface QueueState {
  name: string
  waiting: number
  active: number
  delayed: number
  failed: number
  isPaused: boolean
  /** When the job was rung that waits for the longest time. */
  oldestWaitingAt: Date | undefined
}

export interface FailedJob {
  id: string
  /** Ids of what it is about. */
  about: Record<string, number>
  requestId: string | undefined
  attempts: number
  reason: string
  failedAt: Date
}

/** A place between two failed jobs of a list, the newest first. */
export interface FailedPlace {
  at: number
  id: string
}

const longestReason = 500

interface Opened {
  redis: Redis
  queues: ReadonlyMap<string, Queue>
}

/** The queues for those who look after them. The connection is opened when somebody looks; no work goes through here. */
export class QueueRoom {
  readonly #names: readonly string[]
  readonly #url: string
  readonly #log: Log
  #opened: Opened | undefined

  constructor(options: { url: string; names: readonly string[]; log: Log }) {
    this.#names = options.names
    this.#url = options.url
    this.#log = options.log
  }

  has(name: string): boolean {
    return this.#names.includes(name)
  }

  /** As BullMQ knows them. */
  queues(): Queue[] {
    return [...this.#open().queues.values()]
  }

  async states(): Promise<QueueState[]> {
    return Promise.all(this.queues().map(stateOf))
  }

  /** The newest first, one more than `limit` if there are more. */
  async failed(name: string, page: { before: FailedPlace | undefined; limit: number }): Promise<FailedJob[]> {
    const queue = this.#queue(name)
    const start = page.before === undefined ? 0 : await placesBefore(this.#open().redis, queue, page.before)
    const jobs: (Job | undefined)[] = await queue.getJobs(['failed'], start, start + page.limit)
    return jobs.flatMap((job) => (job === undefined ? [] : failedJob(job)))
  }

  /** Puts a failed job back to wait. Losing this race against another admin, or the job's age, changes nothing. */
  async retry(name: string, id: string): Promise<'retried' | 'not_failed' | 'not_found'> {
    const job: Job | undefined = await this.#queue(name).getJob(id)
    if (job === undefined) return 'not_found'
    if (!(await job.isFailed())) return 'not_failed'
    await job.retry('failed')
    return 'retried'
  }

  async close(): Promise<void> {
    if (this.#opened === undefined) return
    await Promise.all(this.queues().map((queue) => queue.close().catch(() => undefined)))
    this.#opened.redis.disconnect()
  }

  #queue(name: string): Queue {
    const queue = this.#open().queues.get(name)
    if (queue === undefined) throw new Error(`there is no queue ${name}`)
    return queue
  }

  #open(): Opened {
    return (this.#opened ??= this.#connect())
  }

  #connect(): Opened {
    const redis = new Redis(this.#url, {
      protocol: 2,
      maxRetriesPerRequest: 1,
      socketTimeout: 5000,
      connectionName: 'madang-queue-room',
    })
    redis.on('error', (error: Error) => this.#log.warn({ err: error }, 'queue connection'))
    const queues = this.#names.map((name) => {
      const queue = new Queue(name, { connection: redis, prefix: queuePrefix, skipVersionCheck: true })
      queue.on('error', () => undefined)
      return [name, queue] as const
    })
    return { redis, queues: new Map(queues) }
  }
}

async function stateOf(queue: Queue): Promise<QueueState> {
  const [counts, isPaused, [oldest]] = await Promise.all([
    queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed'),
    queue.isPaused(),
    queue.getJobs(['waiting'], 0, 0, true) as Promise<(Job | undefined)[]>,
  ])
  const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts
  return {
    name: queue.name,
    ...{ waiting: waiting + prioritized, active, delayed, failed, isPaused },
    oldestWaitingAt: oldest === undefined ? undefined : new Date(oldest.timestamp),
  }
}

/** How many failed jobs stand before the next one; of a job that is gone by now the time tells. */
async function placesBefore(redis: Redis, queue: Queue, { at, id }: FailedPlace): Promise<number> {
  const key = queue.toKey('failed')
  const place = await redis.zrevrank(key, id)
  return place === null ? redis.zcount(key, at, '+inf') : place + 1
}

function failedJob(job: Job): FailedJob {
  const facts: unknown = job.data
  const entries = typeof facts === 'object' && facts !== null ? Object.entries(facts) : []
  const requestId: unknown = entries.find(([name]) => name === 'requestId')?.[1]
  return {
    id: job.id ?? '',
    about: Object.fromEntries(entries.filter(([, value]) => typeof value === 'number')),
    requestId: typeof requestId === 'string' ? requestId : undefined,
    attempts: job.attemptsMade,
    reason: (job.failedReason ?? '').slice(0, longestReason),
    failedAt: new Date(job.finishedOn ?? job.timestamp),
  }
}
