import { Queue, Worker } from 'bullmq'
import type { JobsOptions } from 'bullmq'
import { Redis } from 'ioredis'
import { becauseOfJob, causedBy, causedNow, factsOf } from './job-cause.ts'
import type { Log } from './log.ts'
import { placesOf, reasonOf } from './log.ts'
import { within } from './lifecycle.ts'
import { Metrics } from './metrics.ts'
import type { Histogram } from './metrics.ts'
import { traced } from './tracing/tracer.ts'

/** What a queue is: its name, how its jobs are deduplicated and kept. Defined once beside the domain that owns it. */
export interface QueueDefinition<Data> {
  /** No colon: BullMQ builds Redis keys with it. */
  name: string
  options: (data: Data) => JobsOptions
}

/** One tagged prefix, so that all keys of the queues share a slot of a Redis Cluster. */
export const queuePrefix = '{madang-queue}'

/** Rings for workers. A bell that cannot be rung is no error: sweepers find the work (see docs/decisions). */
export class Doorbell<Data extends object> {
  readonly #queue: Queue
  readonly #redis: Redis
  readonly #definition: QueueDefinition<Data>
  readonly #log: Log

  constructor(options: { url: string; definition: QueueDefinition<Data>; log: Log }) {
    this.#definition = options.definition
    this.#log = options.log
    this.#redis = new Redis(options.url, {
      protocol: 2,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      socketTimeout: 5000,
      connectionName: `madang-queue-${options.definition.name}`,
    })
    this.#redis.on('error', (error: Error) => this.#log.warn({ err: error }, 'queue connection'))
    this.#queue = new Queue(options.definition.name, {
      connection: this.#redis,
      prefix: queuePrefix,
      skipVersionCheck: true,
    })
    this.#queue.on('error', () => undefined)
  }

  /** The job names what it is rung because of, unless `data` says it itself. */
  async ring(data: Data): Promise<boolean> {
    const { name, options } = this.#definition
    try {
      await traced(`ring ${name}`, { kind: 'producer', facts: factsOf(name, data) }, () =>
        within(500, `queue ${name}`, this.#queue.add(name, { ...causedNow(), ...data }, options(data))),
      )
      return true
    } catch (error) {
      this.#log.warn({ err: error, queue: name }, 'the doorbell could not be rung; a sweeper will do it')
      return false
    }
  }

  async close(): Promise<void> {
    await this.#queue.close().catch(() => undefined)
    this.#redis.disconnect()
  }
}

/** Takes the jobs of one queue. `work` may be called twice, late, or for a subject that is gone. */
export function startWorker<Data extends object>(options: {
  url: string
  definition: QueueDefinition<Data>
  concurrency: number
  log: Log
  /** Where jobs are timed; without it nobody sees that. */
  metrics?: Metrics
  work: (data: Data) => Promise<void>
}): { close: () => Promise<void> } {
  const { definition, log } = options
  const { name } = definition
  const durations = timeJobs(options.metrics ?? new Metrics())
  for (const outcome of ['done', 'failed']) durations.zero({ queue: name, outcome })
  const worker = new Worker<Data>(
    name,
    async ({ data, id }) => {
      const job = { queue: name, job: id, data, log }
      const startedAt = performance.now()
      const observe = (outcome: 'done' | 'failed'): void =>
        durations.observe({ queue: name, outcome }, (performance.now() - startedAt) / 1000)
      try {
        await becauseOfJob(job, () => options.work(data))
        observe('done')
      } catch (error) {
        observe('failed')
        throw fitToKeep(error)
      }
    },
    {
      connection: {
        url: options.url,
        protocol: 2,
        maxRetriesPerRequest: null,
        // Far above the seconds for which BullMQ waits for a job in one call.
        socketTimeout: 30_000,
        connectionName: `madang-${name}`,
      },
      prefix: queuePrefix,
      concurrency: options.concurrency,
      skipVersionCheck: true,
    },
  )
  worker.on('error', (error) => log.warn({ err: error, queue: name }, 'queue worker'))
  worker.on('failed', (job, error) => {
    log.warn({ err: error, queue: name, job: job?.id, requestId: causedBy(job?.data).requestId }, 'job failed')
  })
  return { close: () => worker.close() }
}

/**
 * BullMQ keeps message and stack of the error with the job. An error of the database carries the whole statement with its values: only
 * what the database said itself is kept, and where it happened. The log has the causes.
 */
function fitToKeep(error: unknown): Error {
  const fit = new Error(reasonOf(error), { cause: error })
  const places = error instanceof Error ? placesOf(error) : []
  fit.stack = [`Error: ${fit.message}`, ...places].join('\n')
  return fit
}

function timeJobs(metrics: Metrics): Histogram<'queue' | 'outcome'> {
  return metrics.histogram({
    name: 'madang_job_duration_seconds',
    help: 'Time of a job, by its queue and whether it is to be tried again',
    labels: ['queue', 'outcome'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  })
}
