import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import test from 'ava'
import { showOverduePictures } from '../../src/media/metrics.ts'
import { countOverdue } from '../../src/media/store.ts'
import { selectRows } from '../../src/platform/mysql.ts'
import { Metrics } from '../../src/platform/metrics.ts'
import { Scrape } from '../support/scrape.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

test('pictures are overdue when nobody has looked after them for so long, or in vain, and are counted up to a bound', async (t) => {
  const { sql } = world()
  const picture = (dueAt: string | null, changes = {}) => ({
    ...{ owner_id: 1, name: randomBytes(11).toString('hex'), state: 'processing', width: 1, height: 1, bytes: 1 },
    ...{ placeholder: '', due_at: dueAt === null ? null : sql.raw(dueAt), ...changes },
  })
  const old = { created_at: sql.raw('NOW(3) - INTERVAL 11 MINUTE') }
  await sql('media').insert([
    picture('NOW(3) - INTERVAL 11 MINUTE'),
    picture('NOW(3) - INTERVAL 1 DAY'),
    picture('NOW(3) - INTERVAL 9 MINUTE'),
    picture('NOW(3) + INTERVAL 1 MINUTE'),
    picture(null),
    // What waits for its original, or for its storage, is due again within a minute, for ever.
    picture('NOW(3) + INTERVAL 1 MINUTE', old),
    picture('NOW(3) + INTERVAL 1 MINUTE', { ...old, state: 'ready' }),
  ])

  t.is(await countOverdue(sql, { minutes: 10, most: 100 }), 3)
  t.is(await countOverdue(sql, { minutes: 10, most: 1 }), 1)
  t.is(await countOverdue(sql, { minutes: 8, most: 100 }), 4)
  const metrics = new Metrics()
  showOverduePictures({ sql, metrics, log: world().log })
  t.is(new Scrape(await metrics.text()).value('madang_pictures_overdue'), 3)

  const guide = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  const ask = /\| pictures that are overdue \| MySQL: `([^`]+)`/.exec(guide)?.[1]
  t.deepEqual(await selectRows(sql, ask ?? '', []), [{ pictures: 3 }])
})
