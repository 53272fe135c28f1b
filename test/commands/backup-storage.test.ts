import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import S3rver from '@20minutes/s3rver'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { readManifest } from '../../src/commands/backup/manifest.ts'
import { loadConfig } from '../../src/config.ts'
import { DiskStorage } from '../../src/media/disk-storage.ts'
import { createMediaWork } from '../../src/media/index.ts'
import { openS3Storage } from '../../src/media/s3-storage.ts'
import { markName } from '../../src/media/storage.ts'
import type { Storage } from '../../src/media/storage.ts'
import { worldOf } from '../support/world.ts'
import type { World } from '../support/world.ts'
import { backUp, freshWorld, putPicture } from './backup-site.ts'
import { run } from './commands.ts'
import type { Ended } from './commands.ts'

/** Into which storage of pictures a backup is restored, and into which it never is: with a folder and with a bucket. */

const source = worldOf(test)
const shown = { shelf: 'public', name: 'ab_picture_of_22_chars.full.jpg' } as const
const foreign = { shelf: 'public', name: 'cd_picture_of_22_chars.full.jpg' } as const
let backup = ''
let endpoint = ''
const bucketNames = Array.from({ length: 7 }, (_, n) => `pictures-${n}`)
const unusedBuckets = [...bucketNames]

test.serial.before('an installation with a picture is backed up, and there are buckets', async (t) => {
  t.timeout(120_000)
  const place = await mkdtemp(path.join(tmpdir(), 'madang-backup-'))
  source().atEnd(() => rm(place, { recursive: true, force: true }))
  await source().sql('accounts').insert({ username: 'alice', display_name: 'Alice', password: 'x' })
  await putPicture(source(), 'ab_picture_of_22_chars')
  backup = path.join(place, 'backup')
  const { code, said } = await backUp(source(), backup)
  if (code !== 0) throw new Error(said)
  const bucket = new S3rver({
    ...{ address: '127.0.0.1', port: 0, silent: true, directory: path.join(place, 's3'), resetOnClose: false },
    ...{ allowMismatchedSignatures: true, configureBuckets: bucketNames.map((name) => ({ name })) },
  })
  endpoint = `http://127.0.0.1:${(await bucket.run()).port}`
  source().atEnd(() => bucket.close())
})

/** A new installation: tables, nobody in them, and an empty storage. */
interface NewSite {
  world: World
  env: Record<string, string>
  storage: Storage
  /** What each worker does a minute after it has started. */
  sweep(): Promise<void>
  restore(...more: string[]): Promise<Ended>
}

async function newSite(t: ExecutionContext, kind: string): Promise<NewSite> {
  const world = await freshWorld(t)
  const { env: ofStorage, storage } = kind === 'disk' ? inFolder(world) : await inBucket()
  t.teardown(() => storage.close())
  const env = { ...world.env, ...ofStorage }
  const { code, said } = await run('migrate', [], env)
  t.is(code, 0, said)
  return {
    ...{ world, env, storage },
    async sweep() {
      const transaction = (): Promise<never> => Promise.reject(new Error('nothing is rendered here'))
      const work = await createMediaWork({ sql: world.sql, config: loadConfig(env), log: world.log, transaction })
      await work.sweepStrays().finally(() => work.stop())
    },
    restore: (...more) => run('restore', ['--from', backup, ...more], env),
  }
}

function inFolder({ config }: World): Pick<NewSite, 'env' | 'storage'> {
  return { env: {}, storage: new DiskStorage(config.MEDIA_FOLDER) }
}

async function inBucket(): Promise<Pick<NewSite, 'env' | 'storage'>> {
  const bucket = unusedBuckets.pop() ?? ''
  const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }
  return {
    env: {
      ...{ MEDIA_STORAGE: 's3', MEDIA_S3_ENDPOINT: endpoint, MEDIA_S3_BUCKET: bucket, MEDIA_S3_ADDRESSING: 'path' },
      ...{ MEDIA_S3_ACCESS_KEY: keys.accessKeyId, MEDIA_S3_SECRET_KEY: keys.secretAccessKey },
      MEDIA_BASE_URL: `${endpoint}/${bucket}/public`,
    },
    storage: await openS3Storage({ endpoint, region: 'us-east-1', bucket, keys, addressing: 'path' }),
  }
}

const markOf = (installation: string): string => `${JSON.stringify({ installation, sweeps: 3 })}\n`

/** Nothing of the backup has come into it, and nothing of what was there has gone. */
async function isUntouched({ world, storage }: NewSite, mark: string | undefined): Promise<boolean> {
  const people = await world.sql('accounts').select('id')
  return people.length === 0 && (await storage.mark()) === mark && (await storage.get(shown)) === undefined
}

for (const kind of ['disk', 's3']) {
  test.serial(`${kind}: what a new installation has marked and not used yet is the backup's`, async (t) => {
    const site = await newSite(t, kind)
    await site.sweep()
    const { installation } = (await readManifest(backup)).pictures
    const before = (await site.storage.mark()) ?? ''

    const { code, said } = await site.restore()

    t.regex(before, /"installation":"[\w-]{22}"/)
    t.false(before.includes(installation))
    t.is(code, 0, said)
    t.true((await site.storage.mark())?.includes(installation))
    t.is((await site.storage.get(shown))?.toString(), 'full.jpg of ab_picture_of_22_chars')
    t.notRegex(said, /adopt-pictures/)
  })

  test.serial(`${kind}: once a file is in it it is not, whatever may go`, async (t) => {
    const site = await newSite(t, kind)
    await site.sweep()
    await site.storage.put(foreign, { bytes: Buffer.from('of bob'), type: 'image/jpeg' })
    const before = await site.storage.mark()

    for (const { code, said } of [await site.restore(), await site.restore('--all-data-goes')]) {
      t.is(code, 1)
      t.regex(said, /^The storage of the pictures holds files of another installation than that of this backup/m)
    }

    t.true(await isUntouched(site, before))
    t.is((await site.storage.get(foreign))?.toString(), 'of bob')
  })

  test.serial(
    `${kind}: what an installation of another database has marked is left to it, though it is empty`,
    async (t) => {
      const site = await newSite(t, kind)

      for (const mark of [markOf('another_installation_0'), 'not a mark of ours\n']) {
        await site.storage.setMark(mark)
        for (const { code, said } of [await site.restore(), await site.restore('--all-data-goes')]) {
          t.is(code, 1)
          t.regex(
            said,
            /^The storage of the pictures is empty, but marked as that of another installation.*madang\.json/m,
          )
        }
        t.true(await isUntouched(site, mark))
      }
    },
  )
}

test.serial('an empty storage whose mark has been removed is as good as a new one', async (t) => {
  const site = await newSite(t, 'disk')
  await site.storage.setMark(markOf('another_installation_0'))
  await rm(path.join(site.world.config.MEDIA_FOLDER, markName))

  const { code, said } = await site.restore()

  t.is(code, 0, said)
})

test.serial('a database without tables has marked nothing, and may take no mark away', async (t) => {
  const site = await newSite(t, 'disk')
  await site.sweep()
  const before = await site.storage.mark()
  await run('migrate', ['down', '--all-data-goes'], site.env)

  const { code, said } = await site.restore('--all-data-goes')

  t.is(code, 1)
  t.regex(said, /^The storage of the pictures is empty, but marked/m)
  t.is(await site.storage.mark(), before)
})

test.serial('a site moves its pictures from its folder into a bucket by a backup', async (t) => {
  const { env: ofStorage, storage } = await inBucket()
  t.teardown(() => storage.close())
  const env = { ...source().env, ...ofStorage }
  const adopted = await run('adopt-pictures', [], env)
  const lost = await run('missing-files', [], env)

  const moved = await run('missing-files', ['--from', backup], env)

  t.is(adopted.code, 0, adopted.said)
  t.is(lost.code, 3, lost.said)
  t.deepEqual(moved, { code: 0, said: 'BROUGHT  ab_picture_of_22_chars\nNothing that rows want is missing here.\n' })
  t.is((await storage.get(shown))?.toString(), 'full.jpg of ab_picture_of_22_chars')
})
