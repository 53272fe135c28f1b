import test from 'ava'
import { Metrics } from '../../src/platform/metrics.ts'
import { connectMysql, selectRows } from '../../src/platform/mysql.ts'
import { showPool } from '../../src/platform/mysql-metrics.ts'
import { eventually } from '../support/eventually.ts'
import { Scrape } from '../support/scrape.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

test('who waits for a connection to MySQL is seen while they wait, and when they have waited in vain', async (t) => {
  const sql = connectMysql({ url: world().config.DATABASE_URL, poolMax: 1, acquireTimeoutMs: 300 })
  t.teardown(() => sql.destroy())
  const metrics = new Metrics()
  showPool(metrics, sql, 1)
  const look = async (): Promise<Scrape> => new Scrape(await metrics.text())

  const held = await sql.transaction()
  await held.raw('SELECT 1')
  const first = await look()
  t.is(first.value('madang_mysql_connections', { state: 'used' }), 1)
  t.is(first.value('madang_mysql_connections', { state: 'free' }), 0)
  t.is(first.value('madang_mysql_connections_max'), 1)
  t.is(first.value('madang_mysql_waiting'), 0)
  t.is(first.value('madang_mysql_wait_seconds_count'), 1)

  const inVain = selectRows(sql, 'SELECT 1')
  await eventually(async () => (await look()).value('madang_mysql_waiting') === 1)
  await t.throwsAsync(inVain)
  t.is((await look()).value('madang_mysql_wait_failures_total'), 1)

  await held.rollback()
  await selectRows(sql, 'SELECT 1')
  const last = await look()
  t.is(last.value('madang_mysql_waiting'), 0)
  t.is(last.value('madang_mysql_wait_seconds_count'), 2)
})
