import test from 'ava'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { insertAccount } from '../../src/accounts/store.ts'
import { Passwords } from '../../src/accounts/passwords.ts'
import { BadArguments } from '../../src/commands/arguments.ts'
import { seedOptions } from '../../src/commands/seed/options.ts'
import type { CommunityOptions } from '../../src/commands/seed/options.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
const command = fileURLToPath(new URL('../../src/commands/seed.ts', import.meta.url))

function seed(...args: string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], { env: world().env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr })
    })
  })
}

async function count(table: string): Promise<number> {
  const [row] = await world().sql(table).count<{ count: number }[]>({ count: '*' })
  return row?.count ?? 0
}

test.serial(
  'a community is there in the numbers asked for, with counts that are true and times that grow with the ids',
  async (t) => {
    const { sql } = world()

    const { code, said } = await seed('--members', '30', '--posts', '700')

    t.is(code, 0, said)
    t.deepEqual([await count('accounts'), await count('posts')], [30, 700])
    t.true((await count('likes')) > 300)
    t.true((await count('comments')) > 300)
    t.true((await count('post_tags')) > 100)
    t.true((await count('follows')) > 100)
    t.true((await count('popular_entries')) > 0)
    const wrong = await sql.raw(
      `SELECT p.id FROM posts p WHERE p.like_count <> (SELECT COUNT(*) FROM likes l WHERE l.post_id = p.id)
       OR p.comment_count <> (SELECT COUNT(*) FROM comments c WHERE c.post_id = p.id)`,
    )
    t.deepEqual(wrong[0], [])
    const miscounted = await sql.raw(
      `SELECT a.id FROM accounts a LEFT JOIN post_counts c ON c.account_id = a.id LEFT JOIN people p ON p.account_id = a.id
     WHERE COALESCE(c.posts, 0) <> (SELECT COUNT(*) FROM posts q WHERE q.author_id = a.id)
       OR COALESCE(p.following, 0) <> (SELECT COUNT(*) FROM follows f WHERE f.follower_id = a.id)
       OR COALESCE(p.followers, 0) <> (SELECT COUNT(*) FROM follows f WHERE f.followed_id = a.id)`,
    )
    t.deepEqual(miscounted[0], [])
    const times = await sql('posts').orderBy('id').pluck('created_at')
    t.deepEqual(
      times,
      times.toSorted((one: Date, other: Date) => one.getTime() - other.getTime()),
    )
    t.true((await sql('posts').whereNot({ mentions: '[]' })).length > 0)
  },
)

test.serial('the same command again adds nothing, and larger numbers add the difference', async (t) => {
  const again = await seed('--members', '30', '--posts', '700')
  const more = await seed('--members', '40', '--posts', '800')
  const fewer = await seed('--members', '10', '--posts', '10')

  t.regex(again.said, /30 seeded members \(0 new\), 700 posts of theirs \(0 new\)/)
  t.regex(more.said, /40 seeded members \(10 new\), 800 posts of theirs \(100 new\)/)
  t.is(fewer.code, 0)
  t.deepEqual([await count('accounts'), await count('posts')], [40, 800])
})

test.serial('two who seed at once do not double anything', async (t) => {
  const runs = await Promise.all([
    seed('--members', '60', '--posts', '1500'),
    seed('--members', '60', '--posts', '1500'),
  ])

  t.true(runs.some((run) => run.code === 0))
  t.true(runs.every((run) => run.code === 0 || /Somebody else is seeding/.test(run.said)))
  t.deepEqual([await count('accounts'), await count('posts')], [60, 1500])
})

test.serial('people say what stands in the files that are named, and nothing else', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'madang-seed-'))
  try {
    const log = join(folder, 'log.txt')
    const plain = join(folder, 'plain.txt')
    await writeFile(log, '[10:00] <bob> 로그의 말 하나\n[10:01] <carol> 로그의 말 둘\n')
    await writeFile(plain, '그냥 한 줄\n\n')

    const { code, said } = await seed('--members', '60', '--posts', '1600', '--text', log, plain)

    t.is(code, 0, said)
    t.regex(said, /from 3 pieces of text/)
    const newest = await world().sql('posts').orderBy('id', 'desc').limit(100).pluck('body')
    t.true(newest.every((body: string) => /로그의 말|그냥 한 줄/.test(body)))
    const absent = await seed('--members', '60', '--posts', '1700', '--text', join(folder, 'absent.txt'))
    t.is(absent.code, 1)
    t.regex(absent.said, /absent\.txt/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test.serial('where people live it is refused, unless that is meant', async (t) => {
  const person = { displayName: 'x', role: 'member', language: 'ko', password: 'x' } as const
  await insertAccount(world().sql, { ...person, username: 'somebody' })

  const refused = await seed('--members', '61', '--posts', '1600')
  const meant = await seed('--members', '61', '--posts', '1600', '--among-people')

  t.is(refused.code, 2)
  t.regex(refused.said, /1 people have accounts here/)
  t.is(meant.code, 0, meant.said)
  t.is(await count('accounts'), 62)
})

test.serial('with a password one can sign in as a seeded member, without one nobody can', async (t) => {
  const { sql } = world()
  const roomy = new Passwords({ atOnce: 1, mostWaiting: 10 })
  const hashOf = async (nth: string) =>
    String(
      (
        await sql('accounts')
          .where({ username: `seed_${nth}` })
          .pluck('password')
      )[0],
    )
  await seed('--members', '62', '--posts', '0', '--among-people', '--password', 'correct horse battery')

  t.true((await roomy.verify('correct horse battery', await hashOf('000062'))).isRight)
  t.false((await roomy.verify('correct horse battery', await hashOf('000001'))).isRight)
})

test('arguments that make no sense are refused with one line', (t) => {
  const wrong = [
    ['--members', '1'],
    ['--members', '1000000'],
    ['--members', 'x'],
    ['--posts', '-1'],
    ['--posts', '100000001'],
    ['--nonsense'],
    ['file.txt'],
    ['--text', 'file.txt'],
    ['--members', '2', 'file.txt'],
    ['--members', '2', '--password', 'too short'],
  ]

  for (const args of wrong) t.throws(() => seedOptions(args), { instanceOf: BadArguments }, args.join(' '))
  t.is(seedOptions([]), 'demo')
  t.is(seedOptions(['--help']), 'help')
  t.like(seedOptions(['--posts', '5', '--text', 'a', 'b', '--text', 'c']), { members: 1000, posts: 5 })
  t.deepEqual((seedOptions(['--posts', '5', '--text', 'a', 'b']) as CommunityOptions).files, ['a', 'b'])
})
