import test from 'ava'
import { isCommit } from '../../../proof/faults/mysql-packets.ts'
import { connectMysql, inTransaction } from '../../../src/platform/mysql.ts'
import { Proxy, toLoopback } from '../../../proof/faults/proxy.ts'
import { worldOf } from '../../support/world.ts'

const world = worldOf(test, { isMigrated: false })

function packet(body: string, command = 0x03): Buffer {
  const payload = Buffer.concat([Buffer.from([command]), Buffer.from(body)])
  const header = Buffer.alloc(4)
  header.writeUIntLE(payload.length, 0, 3)
  return Buffer.concat([header, payload])
}

test('a COMMIT is recognised in each of its spellings, alone and behind another packet', (t) => {
  t.true(isCommit(packet('COMMIT')))
  t.true(isCommit(packet('commit;')))
  t.true(isCommit(packet('\0\u0001COMMIT')))
  t.true(isCommit(Buffer.concat([packet('SELECT 1'), packet('COMMIT')])))
})

test('nothing else is taken for one', (t) => {
  t.false(isCommit(packet('ROLLBACK')))
  t.false(isCommit(packet("INSERT INTO messages VALUES ('COMMIT')")))
  t.false(isCommit(packet('COMMIT', 0x16)))
  t.false(isCommit(packet('COMMIT').subarray(0, 8)))
  t.false(isCommit(Buffer.alloc(0)))
})

test('with the answer of its COMMIT cut off, a transaction is stored and its caller does not know', async (t) => {
  await world().sql.raw('CREATE TABLE cups (id INT PRIMARY KEY) ENGINE=InnoDB')
  const url = new URL(world().config.DATABASE_URL)
  const proxy = await Proxy.open({ connect: toLoopback(Number(url.port)) })
  url.port = String(proxy.port)
  const sql = connectMysql({ url: url.href, poolMax: 1, acquireTimeoutMs: 5000 })
  t.teardown(() => sql.destroy().then(() => proxy.close()))
  let commits = 0
  proxy.cutAfter((chunk) => isCommit(chunk) && (commits += 1) > 0)

  await t.throwsAsync(inTransaction(sql, async (trx) => void (await trx('cups').insert({ id: 1 }))))

  t.is(commits, 1)
  t.deepEqual(await world().sql('cups').select('id'), [{ id: 1 }])
})
