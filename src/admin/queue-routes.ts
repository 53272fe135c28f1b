import { z } from 'zod'
import { onRecordOf } from '../audit/index.ts'
import { Problem } from '../platform/errors.ts'
import { cursorOf, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { nothing, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { AdminParts } from './route-parts.ts'
import { failedJobView, presentFailedJob, presentQueue, queueView } from './views.ts'

const queueName = z.string().min(1).max(64).describe('Of the queue')
/** What BullMQ gives, and what is on record of a job: letters, digits and a few signs. */
const jobId = z
  .string()
  .regex(/^[\w:.-]{1,64}$/)
  .describe('Its id')
const place = z.tuple([z.int().nonnegative(), z.string().min(1).max(200)])

/** The queues as JSON. Their jobs are doorbells: what is lost here the sweepers find, and what is rung twice is done once. */
export function queueRoutes(parts: AdminParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/admin/queues',
      summary: 'The queues: what waits, what runs, what has failed',
      access: 'admin',
      problems: ['unavailable'],
      answers: {
        200: z.strictObject({
          items: z.array(queueView),
          board: z.string().nullable().describe('Address of a page that shows all of it; null where there is none'),
        }),
      },
      async handle() {
        const states = await parts.queues.states()
        return { status: 200, body: { items: states.map(presentQueue), board: parts.board ?? null } }
      },
    }),
    route({
      method: 'GET',
      path: '/v1/admin/queues/:name/failed',
      summary: 'Jobs of a queue that failed, the newest first; they are kept for a day',
      access: 'admin',
      problems: ['not_found', 'unavailable'],
      params: z.strictObject({ name: queueName }),
      query: z.strictObject({ limit: pageLimit, cursor: cursorOf(place) }),
      answers: { 200: pageOf(failedJobView) },
      async handle({ params, query, target }) {
        requireQueue(parts, params.name)
        const before = query.cursor === undefined ? undefined : { at: query.cursor[0], id: query.cursor[1] }
        const found = await parts.queues.failed(params.name, { before, limit: query.limit + 1 })
        const { items: jobs, last } = pageFrom(found, query.limit)
        const next = last === undefined ? undefined : [last.failedAt.getTime(), last.id]
        return pageAnswer(target, jobs.map(presentFailedJob), { next })
      },
    }),
    route({
      method: 'POST',
      path: '/v1/admin/queues/:name/failed/:job/retry',
      summary: 'Put a failed job back to wait, on record',
      access: 'admin',
      problems: ['not_found', 'conflict', 'unavailable'],
      params: z.strictObject({ name: queueName, job: jobId }),
      answers: { 204: nothing },
      async handle({ viewer, params, requestId }) {
        requireQueue(parts, params.name)
        const record = onRecordOf({ account: viewer.account, via: 'api', requestId })
        // A commit that fails leaves a bell that was rung and is not on record: it changes nothing but time.
        await inTransaction(parts.sql, async (trx) => {
          await record(trx, { action: 'job.retried', subject: `job:${params.name}/${params.job}` })
          requireRetried(await parts.queues.retry(params.name, params.job))
        })
        return { status: 204 }
      },
    }),
  ]
}

/** Error: `not_found`. */
function requireQueue({ queues }: AdminParts, name: string): void {
  if (!queues.has(name)) throw new Problem('not_found', { detail: 'There is no such queue' })
}

function requireRetried(outcome: Awaited<ReturnType<AdminParts['queues']['retry']>>): void {
  if (outcome === 'not_found')
    throw new Problem('not_found', { detail: 'The job is gone: failed jobs are kept for a day' })
  if (outcome === 'not_failed')
    throw new Problem('conflict', { detail: 'The job has not failed, or was retried already' })
}
