import { once } from 'node:events'
import { cp, mkdir, mkdtemp, open, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import S3rver from '@20minutes/s3rver'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { readManifest, writeManifest } from '../../src/commands/backup/manifest.ts'
import type { Manifest } from '../../src/commands/backup/manifest.ts'
import { beginIn } from '../../src/commands/backup/target.ts'
import { layFoundation } from '../../src/foundation.ts'
import { schemaStand } from '../../src/migrations/index.ts'
import { connectMysql, selectRows } from '../../src/platform/mysql.ts'
import { CannotStart } from '../../src/platform/start.ts'
import { closeRedis } from '../../src/platform/redis.ts'
import { connectFor } from '../support/connections.ts'
import { eventually } from '../support/eventually.ts'
import { worldOf } from '../support/world.ts'
import type { World } from '../support/world.ts'
import { backUp, check, flip, folderOf, freshWorld, putPicture, restore } from './backup-site.ts'
import { begin, run } from './commands.ts'

/** What is refused of a backup and of a place for it, what becomes of an interruption, and how one backup follows another. */

const source = worldOf(test)
const shown = 'ab_picture_of_22_chars'
const pictureFile = `pictures/public/ab/${shown}.full.jpg`
let good = ''

test.serial.before('an installation with people and a picture is backed up', async (t) => {
  t.timeout(120_000)
  await source().sql('accounts').insert({ username: 'alice', display_name: 'Alice', password: 'x' })
  await putPicture(source(), shown)
  good = await mkdtemp(path.join(tmpdir(), 'madang-backup-'))
  source().atEnd(() => rm(good, { recursive: true, force: true }))
  const { code, said } = await backUp(source(), good)
  if (code !== 0) throw new Error(said)
})

async function copyOfGood(t: ExecutionContext): Promise<string> {
  const folder = await folderOf(t)
  await cp(good, folder, { recursive: true })
  return folder
}

const tablesOf = async ({ sql }: World): Promise<string[]> =>
  (
    await selectRows<{ name: string }>(
      sql,
      'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()',
    )
  ).map(({ name }) => name)

test.serial('a whole backup passes, without any service', async (t) => {
  const { code, said } = await check(good)

  t.is(code, 0, said)
  t.regex(said, /\d+ files, \d+ bytes, all as they were written\. Everything that was acknowledged before 20/)
})

const middle = async (file: string): Promise<number> => Math.floor((await stat(file)).size / 2)
const damages: [what: string, harm: (folder: string) => Promise<void>, said: RegExp][] = [
  [
    'a flipped bit in the rows of a table',
    async (folder) =>
      flip(
        path.join(folder, 'database/accounts.rows.gz'),
        await middle(path.join(folder, 'database/accounts.rows.gz')),
      ),
    /database\/accounts\.rows\.gz is not what was written/,
  ],
  [
    'a flipped bit in a picture',
    (folder) => flip(path.join(folder, pictureFile), 3),
    /pictures\/public\/ab\/\S+\.full\.jpg is not what was written/,
  ],
  [
    'a flipped bit in the list of files',
    (folder) => flip(path.join(folder, 'files.sha256'), 10),
    /files\.sha256 is not what was written/,
  ],
  [
    'a flipped bit in the manifest',
    async (folder) => {
      const file = path.join(folder, 'manifest.json')
      await flip(file, (await readFile(file, 'utf8')).indexOf('"takenAt": "20') + 14)
    },
    /manifest\.json is not what was written/,
  ],
  [
    'rows that end early',
    (folder) => truncate(path.join(folder, 'database/accounts.rows.gz'), 30),
    /database\/accounts\.rows\.gz is not what was written/,
  ],
  ['a picture that is missing', (folder) => rm(path.join(folder, pictureFile)), /\.full\.jpg is missing/],
  ['a list that is missing', (folder) => rm(path.join(folder, 'files.sha256')), /files\.sha256 is missing/],
  [
    'no manifest',
    (folder) => rm(path.join(folder, 'manifest.json')),
    /has no manifest\.json: it is no backup, or one that was never finished/,
  ],
]

for (const [what, harm, expected] of damages) {
  test.serial(`${what} is found, and nothing is restored`, async (t) => {
    const folder = await copyOfGood(t)
    await harm(folder)

    const checked = await check(folder)
    const tried = await restore(source(), folder, '--all-data-goes')

    t.is(checked.code, 1, checked.said)
    t.regex(checked.said, expected)
    t.is(tried.code, 1)
    t.regex(tried.said, expected)
    t.like(await source().sql('accounts').first('username'), { username: 'alice' }, 'not even told to take all')
  })
}

test.serial('rows that are not those of the manifest are found, though every file is as it was listed', async (t) => {
  const folder = await copyOfGood(t)
  const manifest = await readManifest(folder)
  const tables = manifest.database.tables.map((table) => (table.name === 'accounts' ? { ...table, rows: 2 } : table))
  await writeManifest(folder, { ...manifest, database: { ...manifest.database, tables } })

  const { code, said } = await check(folder)

  t.is(code, 1)
  t.regex(said, /accounts\.rows\.gz has 1 rows, and not the 2 that were written/)
})

async function withManifest(t: ExecutionContext, change: (manifest: Manifest) => Manifest): Promise<string> {
  const folder = await copyOfGood(t)
  await writeManifest(folder, change(await readManifest(folder)))
  return folder
}

test.serial('a backup of a newer version is refused by its migrations', async (t) => {
  const folder = await withManifest(t, (manifest) => ({
    ...manifest,
    madang: '99.0.0',
    database: { ...manifest.database, migrations: [...manifest.database.migrations, '999_later'] },
  }))
  const world = await freshWorld(t)

  const { code, said } = await restore(world, folder)

  t.is(code, 1)
  t.regex(said, /The backup is of a newer version \(99\.0\.0\): this one does not know 999_later/)
  t.deepEqual(await tablesOf(world), [])
})

test.serial(
  'a backup whose tables have other columns than its migrations make is refused, and the database says so',
  async (t) => {
    const folder = await withManifest(t, (manifest) => ({
      ...manifest,
      database: {
        ...manifest.database,
        tables: manifest.database.tables.map((table) =>
          table.name === 'likes' ? { ...table, columns: [...table.columns, 'colour'] } : table,
        ),
      },
    }))
    const world = await freshWorld(t)

    const { code, said } = await restore(world, folder)

    t.is(code, 1)
    t.regex(said, /likes has the columns .*colour in the backup/)
    t.is(await whyNot(world), 'restore')
  },
)

/** Why nothing starts on this database: by a restore that has not ended, or otherwise. */
async function whyNot({ config, log }: World): Promise<string> {
  try {
    const { lifecycle } = await layFoundation(config, log)
    await lifecycle.close()
    return 'it starts'
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error
    return /^A restore of this database has begun at \S+ and has not ended: run "npm run restore" again/.test(
      error.message,
    )
      ? 'restore'
      : error.message
  }
}

test.serial('a restore that was broken off stops everything but itself, and is begun anew', async (t) => {
  const world = await freshWorld(t)
  const first = await restore(world, good)
  t.is(first.code, 0, first.said)
  // As it stands when the process dies in the middle: some rows are there, and the note.
  await world.sql('under_way').insert({ name: 'restore' })
  await world.sql('accounts').update({ username: 'half' })

  t.is(await whyNot(world), 'restore')
  const migrated = await run('migrate', [], world.env)
  t.is(migrated.code, 1)
  t.regex(migrated.said, /^A restore of this database has begun and has not ended/)
  const backedUp = await backUp(world, path.join(await folderOf(t), 'new'))
  t.is(backedUp.code, 1)
  t.regex(backedUp.said, /A restore of this database has begun/)

  const again = await restore(world, good)

  t.is(again.code, 0, again.said)
  t.is(await whyNot(world), 'it starts')
  t.deepEqual(await world.sql('accounts').select('username'), [{ username: 'alice' }])
  t.deepEqual((await schemaStand(world.sql)).underWay, [])
})

test.serial('a restore that is killed while it makes way is known as one, and begun anew', async (t) => {
  const world = await freshWorld(t)
  await run('migrate', [], world.env)
  // Somebody reads one of the tables that are to go: it waits there, and is killed.
  const reader = connectMysql({ url: world.config.DATABASE_URL, poolMax: 1, acquireTimeoutMs: 10_000 })
  t.teardown(() => reader.destroy())
  const reading = await reader.transaction()
  await reading('rooms').select('id')
  const killed = begin('restore', ['--from', good], world.env)
  const waiting =
    "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO = 'DROP TABLE `rooms`'"
  await eventually(async () => (await selectRows(world.sql, waiting)).length > 0)
  killed.child.kill('SIGKILL')
  await once(killed.child, 'close')
  await reading.rollback()
  await eventually(async () => (await schemaStand(world.sql)).holder === undefined)
  t.false((await tablesOf(world)).includes('accounts'))

  t.is(await whyNot(world), 'restore')
  const { code, said } = await restore(world, good)

  t.is(code, 0, said)
  t.deepEqual(await world.sql('accounts').select('username'), [{ username: 'alice' }])
})

test.serial('a database with people is left alone, unless it is said that all data goes', async (t) => {
  const world = await freshWorld(t)
  await run('migrate', [], world.env)
  await world.sql('accounts').insert({ username: 'bob', display_name: 'Bob', password: 'x' })

  const refused = await restore(world, good)
  t.is(refused.code, 1)
  t.regex(refused.said, /The database is not empty: it has \d+ tables .* add --all-data-goes/)
  t.deepEqual(await world.sql('accounts').select('username'), [{ username: 'bob' }])

  const { code, said } = await restore(world, good, '--all-data-goes')
  t.is(code, 0, said)
  t.deepEqual(await world.sql('accounts').select('username'), [{ username: 'alice' }])
})

test.serial('tables that nobody has an account in yet are no obstacle, and those of somebody else are', async (t) => {
  const [migrated, other] = [await freshWorld(t), await freshWorld(t)]
  await run('migrate', [], migrated.env)
  await other.sql.raw('CREATE TABLE accounting (id INT)')

  const { code, said } = await restore(migrated, good)
  const refused = await restore(other, good)

  t.is(code, 0, said)
  t.is(refused.code, 1)
  t.regex(refused.said, /it has 1 tables \(accounting/)
})

test.serial('a redis that holds something is refused', async (t) => {
  const world = await freshWorld(t)
  const redis = connectFor('commands', world.redis.url)
  t.teardown(() => closeRedis(redis))
  await redis.set('ticket:x', '1')

  const { code, said } = await restore(world, good)

  t.is(code, 1)
  t.regex(said, /Redis is not empty, it holds 1 keys\. Stop servers and workers/)
  t.deepEqual(await tablesOf(world), [])
})

test.serial('a storage of pictures of another installation is refused, that of the same one goes on', async (t) => {
  const [other, same] = [await freshWorld(t), await freshWorld(t)]
  await run('migrate', [], other.env)
  await putPicture(other, 'cd_picture_of_22_chars')
  await cp(source().config.MEDIA_FOLDER, same.config.MEDIA_FOLDER, { recursive: true })
  const { installation } = (await readManifest(good)).pictures
  await writeFile(
    path.join(same.config.MEDIA_FOLDER, 'madang.json'),
    JSON.stringify({ installation, sweeps: 1_000_000 }),
  )
  await rm(path.join(same.config.MEDIA_FOLDER, 'public/ab', `${shown}.full.jpg`))

  const refused = await restore(other, good)
  const { code, said } = await restore(same, good)

  t.is(refused.code, 1)
  t.regex(refused.said, /The storage of the pictures holds files, and does not say/)
  t.is(code, 0, said)
  t.regex(said, /The storage of the pictures is newer than the database: "npm run adopt-pictures"/)
  t.is(
    await readFile(path.join(same.config.MEDIA_FOLDER, 'public/ab', `${shown}.full.jpg`), 'utf8'),
    `full.jpg of ${shown}`,
  )
})

test.serial('an older backup, of fewer migrations, is restored and migrated', async (t) => {
  const last = ['016_restored_epochs', '090_idempotency_keys']
  const folder = await withManifest(t, (manifest) => ({
    ...manifest,
    database: {
      ...manifest.database,
      migrations: manifest.database.migrations.filter((name) => !last.includes(name)),
      tables: manifest.database.tables.filter(({ name }) => name !== 'idempotency_keys'),
    },
  }))
  const world = await freshWorld(t)

  const { code, said } = await restore(world, folder)

  t.is(code, 0, said)
  t.regex(said, /Migrated from there: 016_restored_epochs, 090_idempotency_keys\./)
  t.is(await whyNot(world), 'it starts')
  t.deepEqual(await world.sql('accounts').select('username'), [{ username: 'alice' }])
})

test.serial('a backup by a version that is not that of the tables is refused', async (t) => {
  const world = await freshWorld(t)

  const { code, said } = await backUp(world, path.join(await folderOf(t), 'new'))

  t.is(code, 1)
  t.regex(said, /The database lacks \d+ migrations/)
})

test.serial(
  'a folder that is not empty is left alone, and one in which a backup was broken off is finished',
  async (t) => {
    const [full, broken] = [await folderOf(t), await copyOfGood(t)]
    await writeFile(path.join(full, 'diary.txt'), 'mine')
    await rm(path.join(broken, 'manifest.json'))
    await mkdir(path.join(broken, '.writing'))
    await writeFile(path.join(broken, '.writing/half'), 'half')

    const [onto, into, finished] = [
      await backUp(source(), good),
      await backUp(source(), full),
      await backUp(source(), broken),
    ]

    t.is(onto.code, 2)
    t.regex(onto.said, /holds a backup already: name another folder/)
    t.is(into.code, 2)
    t.regex(into.said, /is not empty, and what it holds is no backup/)
    t.is(await readFile(path.join(full, 'diary.txt'), 'utf8'), 'mine')
    t.is(finished.code, 0, finished.said)
    t.is((await check(broken)).code, 0)
  },
)

test.serial('the mark by which a backup that was broken off is known is never away', async (t) => {
  const folder = await folderOf(t)
  await mkdir(path.join(folder, 'database'))
  await mkdir(path.join(folder, '.writing/half'), { recursive: true })
  const mark = await open(path.join(folder, '.writing'))
  t.teardown(() => mark.close())

  t.is(await beginIn(folder), 'going on')

  t.true((await mark.stat()).nlink > 0, 'it is still the same one')
  t.deepEqual(await readdir(folder), ['.writing'])
  t.deepEqual(await readdir(path.join(folder, '.writing')), [])
})

test.serial('what an earlier backup has is linked from there, and each is whole by itself', async (t) => {
  const next = path.join(await folderOf(t), 'next')
  await putPicture(source(), 'aa_picture_of_22_chars')
  t.teardown(() => source().sql('media').where({ name: 'aa_picture_of_22_chars' }).delete())
  const earlier = await copyOfGood(t)

  const { code, said } = await backUp(source(), next, '--after', earlier)

  t.is(code, 0, said)
  const inode = async (folder: string, name: string): Promise<number> => (await stat(path.join(folder, name))).ino
  t.is(await inode(next, pictureFile), await inode(earlier, pictureFile), 'one file under two names')
  t.is((await stat(path.join(next, 'pictures/public/aa/aa_picture_of_22_chars.full.jpg'))).nlink, 1)
  await rm(earlier, { recursive: true })
  t.is((await check(next)).code, 0)
  const listed = await readFile(path.join(next, 'files.sha256'), 'utf8')
  t.is(listed.match(/ {2}pictures\//g)?.length, 8)
  const none = await backUp(source(), path.join(await folderOf(t), 'x'), '--after', earlier)
  t.is(none.code, 1)
  t.regex(none.said, /has no manifest\.json/)
})

test.serial(
  'a file that the installation itself lacks is named, the rest is backed up and restored, and the file is still wanted',
  async (t) => {
    const lost = 'ef_picture_of_22_chars'
    await putPicture(source(), lost)
    await rm(path.join(source().config.MEDIA_FOLDER, 'public/ef', `${lost}.feed.webp`))
    const folder = path.join(await folderOf(t), 'new')
    const { code, said } = await backUp(source(), folder)
    await source().sql('media').where({ name: lost }).delete()

    t.is(code, 3)
    t.regex(
      said,
      /MISSING {2}ef_picture_of_22_chars\n1 file is missing or damaged where this installation keeps it\.\n$/,
    )
    const world = await freshWorld(t)
    const restored = await restore(world, folder)
    t.is(restored.code, 3, restored.said)
    t.regex(restored.said, /\nMISSING {2}ef_picture_of_22_chars\n1 is missing, and rows want it:/)
    t.deepEqual(await world.sql('media').orderBy('name').select('name', 'state'), [
      { name: shown, state: 'ready' },
      { name: lost, state: 'ready' },
    ])
  },
)

test.serial('pictures in a bucket are backed up, and restored into a bucket', async (t) => {
  const place = await folderOf(t)
  const bucket = new S3rver({
    ...{ address: '127.0.0.1', port: 0, silent: true, directory: place, resetOnClose: false },
    ...{ allowMismatchedSignatures: true, configureBuckets: [{ name: 'pictures' }] },
  })
  const endpoint = `http://127.0.0.1:${(await bucket.run()).port}`
  t.teardown(() => bucket.close())
  const world = await freshWorld(t)
  const env = {
    ...world.env,
    ...{ MEDIA_STORAGE: 's3', MEDIA_S3_ENDPOINT: endpoint, MEDIA_S3_BUCKET: 'pictures', MEDIA_S3_ADDRESSING: 'path' },
    ...{ MEDIA_S3_ACCESS_KEY: 'S3RVER', MEDIA_S3_SECRET_KEY: 'S3RVER', MEDIA_BASE_URL: `${endpoint}/pictures/public` },
  }

  const restored = await run('restore', ['--from', good], env)
  t.is(restored.code, 0, restored.said)
  const answer = await fetch(`${endpoint}/pictures/public/${shown}.full.jpg`)
  t.is(answer.headers.get('content-type'), 'image/jpeg')
  t.is(await answer.text(), `full.jpg of ${shown}`)

  const folder = path.join(await folderOf(t), 'new')
  const { code, said } = await run('backup', ['--to', folder], env)
  t.is(code, 0, said)
  t.is(await readFile(path.join(folder, pictureFile), 'utf8'), `full.jpg of ${shown}`)

  await rm(path.join(place, 'pictures', 'public', `${shown}.full.jpg._S3rver_object`))
  const next = await run('backup', ['--to', path.join(await folderOf(t), 'next'), '--after', folder], env)
  t.is(next.code, 3, next.said)
  t.true(next.said.includes(`GONE HERE  ${shown}\n`), next.said)
})

test.serial('what makes no sense is answered by how it is called', async (t) => {
  for (const [name, args] of [
    ['backup', []],
    ['backup', ['--to', good, '--after', good]],
    ['backup', ['--from', good]],
    ['restore', []],
    ['restore', ['--check', good, '--all-data-goes']],
    ['restore', ['--check', good, '--without-damaged']],
  ] as const) {
    const { code, said } = await run(name, args, {})
    t.is(code, 2, said)
    t.regex(said, /npm run (backup|restore) -- --/)
  }
})
