import type { Metrics } from './metrics.ts'
import type { Sql } from './mysql.ts'

/** What is read of the pool that knex keeps. */
interface Pool {
  numUsed(): number
  numFree(): number
  numPendingAcquires(): number
  on(event: 'acquireRequest' | 'acquireSuccess' | 'acquireFail', listener: (request: number) => void): void
}

const buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** How many connections to MySQL there are and are in use, and how long requests wait for one. */
export function showPool(metrics: Metrics, sql: Sql, most: number): void {
  const { pool } = sql.client as { pool: Pool }
  metrics.show(
    'gauge',
    { name: 'madang_mysql_connections', help: 'Connections to MySQL by state', labels: ['state'] },
    () => [
      [{ state: 'used' }, pool.numUsed()],
      [{ state: 'free' }, pool.numFree()],
    ],
  )
  metrics.show(
    'gauge',
    { name: 'madang_mysql_connections_max', help: 'Connections to MySQL that this process may have' },
    () => most,
  )
  metrics.show(
    'gauge',
    { name: 'madang_mysql_waiting', help: 'Requests that wait for a connection to MySQL right now' },
    () => pool.numPendingAcquires(),
  )
  timeWaits(metrics, pool)
}

function timeWaits(metrics: Metrics, pool: Pool): void {
  const waits = metrics.histogram({
    name: 'madang_mysql_wait_seconds',
    help: 'Time until a connection of the pool was given to who asked for one',
    buckets,
  })
  const failures = metrics.counter({
    name: 'madang_mysql_wait_failures_total',
    help: 'Requests that were given no connection to MySQL, or not in time',
  })
  const askedAt = new Map<number, number>()
  pool.on('acquireRequest', (request) => askedAt.set(request, performance.now()))
  pool.on('acquireSuccess', (request) => {
    waits.observe((performance.now() - (askedAt.get(request) ?? 0)) / 1000)
    askedAt.delete(request)
  })
  pool.on('acquireFail', (request) => {
    failures.inc()
    askedAt.delete(request)
  })
}
