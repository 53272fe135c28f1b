import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { keys } from '../../src/ledger/buffer.ts'
import { flushRoom } from '../../src/ledger/flush.ts'
import type { NewEntry } from '../../src/ledger/index.ts'
import { connectMysql, selectRows } from '../../src/platform/mysql.ts'
import { alice, createSite } from '../support/ledger.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

/** What servers and workers demand of MySQL when they start. */
const leastAllowed = 4 * 1024 * 1024

const entryOf = (body: string): NewEntry => {
  return { sender: alice, id: randomUUIDv7(), kind: 'text', payload: Buffer.from(JSON.stringify({ body })) }
}

/** The largest message that any setting allows, of characters that take the most room: 384 KiB of JSON each. */
const huge = Array.from({ length: 12 }, () => entryOf('\u0001'.repeat(65_536)))
/** So many of a size that a statement is full of bytes and of entries. */
const many = Array.from({ length: 1500 }, (_, n) => entryOf(`${'é'.repeat(1000)}${n}`))

for (const [way, hasBulk] of [
  ['by INSERT', false],
  ['by LOAD DATA', true],
] as const) {
  test.serial(
    `the largest that people may say is stored ${way} in packets of the least size that is accepted`,
    async (t) => {
      const { sql, config, configWith } = world()
      const site = await createSite(world(), configWith({ BUFFER_MAX_BYTES: 1_000_000_000 }))
      const room = await site.newRoom()
      for (const entry of huge) await site.ledger.append(room, entry)
      for (let from = 0; from < many.length; from += 500) {
        await Promise.all(
          many.slice(from, from + 500).map((entry) => site.ledger.append(room, { ...entry, id: randomUUIDv7() })),
        )
      }
      const [before] = await selectRows<{ bytes: number }>(sql, 'SELECT @@GLOBAL.max_allowed_packet AS bytes')
      // A connection keeps the limit that it begins with; nobody else is refused anything by this one.
      await sql.raw('SET GLOBAL max_allowed_packet = ?', [leastAllowed])
      const narrow = connectMysql({ url: config.DATABASE_URL, poolMax: 1, acquireTimeoutMs: 10_000 })
      t.teardown(async () => {
        await sql.raw('SET GLOBAL max_allowed_packet = ?', [before?.bytes ?? leastAllowed])
        await narrow.destroy()
      })
      const [limit] = await selectRows<{ bytes: number }>(narrow, 'SELECT @@SESSION.max_allowed_packet AS bytes')

      const stored = await flushRoom({ ...site.work, sql: narrow, hasBulk }, room)

      t.is(limit?.bytes, leastAllowed)
      t.is(stored, huge.length + many.length)
      t.is(await site.redis.llen(keys.buffer(room)), 0)
    },
  )
}
