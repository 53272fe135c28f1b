import test from 'ava'
import { seedDemo } from '../../src/commands/seed/demo.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)

test.serial('an empty installation is filled with people, rooms, posts and pictures, once', async (t) => {
  t.timeout(60_000)
  const { sql, config } = world()
  const there = async (): Promise<Record<string, number>> => {
    const tables = ['accounts', 'rooms', 'posts', 'comments', 'likes', 'follows', 'media']
    const counts = await Promise.all(tables.map((table) => sql(table).count<{ count: number }[]>({ count: '*' })))
    return Object.fromEntries(tables.map((table, index) => [table, counts[index]?.[0]?.count ?? 0]))
  }

  const said = await seedDemo(config)
  const first = await there()
  await seedDemo(config)

  t.regex(said, /alice +mentor +madang-demo-alice/)
  t.like(first, { accounts: 4, posts: 4, follows: 2, media: 4 })
  t.deepEqual(await there(), first)
  t.is((await sql('rooms').where({ state: 'open' }).whereNot({ mentor_id: null })).length, 2)
})
