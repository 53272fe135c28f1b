import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import S3rver from '@20minutes/s3rver'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { DiskStorage } from '../../src/media/disk-storage.ts'
import { createMarking, standingOf, takeOver } from '../../src/media/mark.ts'
import { countSweep } from '../../src/media/mark-store.ts'
import { openS3Storage } from '../../src/media/s3-storage.ts'
import type { Storage, StoredFile } from '../../src/media/storage.ts'
import { Strays } from '../../src/media/strays.ts'
import { insertPicture, markProcessing } from '../../src/media/store.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { createWorld, worldOf } from '../support/world.ts'

/** Which files may be taken for strays, by whom: with a folder and with a bucket. */

const world = worldOf(test)
let folder = ''
let bucket: S3rver
let endpoint = ''
const bucketNames = Array.from({ length: 20 }, (_, n) => `pictures-${n}`)
const unusedBuckets = [...bucketNames]

test.serial.before('a folder and a bucket', async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'madang-strays-'))
  bucket = new S3rver({
    allowMismatchedSignatures: true,
    ...{ address: '127.0.0.1', port: 0, silent: true, directory: path.join(folder, 's3'), resetOnClose: false },
    configureBuckets: bucketNames.map((name) => ({ name })),
  })
  endpoint = `http://127.0.0.1:${(await bucket.run()).port}`
})
test.serial.after.always('both are left', async (t) => {
  await bucket.close()
  await rm(folder, { recursive: true, force: true })
  t.pass()
})

/** An empty storage, and how to make a file of it as old as that. */
interface Place {
  storage: Storage
  age(file: StoredFile, hours: number): Promise<void>
}

async function emptyPlace(t: ExecutionContext, kind: string): Promise<Place> {
  const name = unusedBuckets.pop() ?? ''
  const fileOf = ({ shelf, name: file }: StoredFile): string =>
    kind === 'disk'
      ? path.join(folder, name, shelf, file.slice(0, 2), file)
      : path.join(folder, 's3', name, shelf, `${file}._S3rver_object`)
  const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }
  const storage =
    kind === 'disk'
      ? new DiskStorage(path.join(folder, name))
      : await openS3Storage({ endpoint, region: 'us-east-1', bucket: name, keys, addressing: 'path' })
  t.teardown(() => storage.close())
  return {
    storage,
    async age(file, hours) {
      const then = new Date(Date.now() - hours * 3_600_000)
      await utimes(fileOf(file), then, then)
    },
  }
}

let files = 0
/** A file among those that are looked at first. */
async function putFile(place: Place, { hours, isKnown }: { hours: number; isKnown: boolean }): Promise<StoredFile> {
  files += 1
  const name = `AA${String(files).padStart(20, '0')}`
  const file: StoredFile = { shelf: 'public', name: `${name}.thumb.webp` }
  const size = { width: 1, height: 1, bytes: 1, placeholder: '' }
  if (isKnown) await insertPicture(world().sql, { owner: 1 as AccountId, name, ...size })
  await place.storage.put(file, { bytes: Buffer.from('x'), type: 'image/webp' })
  await place.age(file, hours)
  return file
}

/** The sweep of a worker that has just started, where the files are. */
const sweep = ({ storage }: Place, { sql, log } = world()) => new Strays({ storage, sql, log }, { first: 0 }).sweep(1)

async function missing({ storage }: Place, all: readonly StoredFile[]): Promise<StoredFile[]> {
  const names = new Set((await storage.list('public', 'AA')).map(({ name }) => name))
  return all.filter(({ name }) => !names.has(name))
}

for (const kind of ['disk', 's3']) {
  test.serial(`${kind}: a stray goes when it is older than a day, and what has a row stays`, async (t) => {
    const place = await emptyPlace(t, kind)
    await createMarking({ sql: world().sql, ...place })()
    const [known, young, old] = [
      await putFile(place, { hours: 1000, isKnown: true }),
      await putFile(place, { hours: 23.9, isKnown: false }),
      await putFile(place, { hours: 24.1, isKnown: false }),
    ]

    t.deepEqual(await sweep(place), { removed: 1 })

    t.deepEqual(await missing(place, [known, young, old]), [old])
  })

  test.serial(`${kind}: two installations on one storage leave each other's files alone`, async (t) => {
    const place = await emptyPlace(t, kind)
    const other = await createWorld()
    t.teardown(() => other.close())
    await createMarking({ sql: world().sql, ...place })()
    const file = await putFile(place, { hours: 1000, isKnown: true })

    await createMarking({ sql: other.sql, ...place })()

    t.deepEqual(await sweep(place, other), { removed: 0, refused: 'of another installation' })
    t.deepEqual(await sweep(place), { removed: 0 })
    t.deepEqual(await missing(place, [file]), [])
    await place.storage.setMark('{}')
    t.deepEqual(await sweep(place), { removed: 0, refused: 'of another installation' })
  })

  test.serial(
    `${kind}: files without a mark are nobody's until an operator says so; an empty storage is taken`,
    async (t) => {
      const place = await emptyPlace(t, kind)
      t.deepEqual(await sweep(place), { removed: 0 })
      t.truthy(await place.storage.mark())

      const unmarked = await emptyPlace(t, kind)
      const stray = await putFile(unmarked, { hours: 1000, isKnown: false })
      await createMarking({ sql: world().sql, ...unmarked })()
      t.deepEqual(await sweep(unmarked), { removed: 0, refused: 'unmarked' })

      t.is(await takeOver({ sql: world().sql, ...unmarked }), 'unmarked')
      t.deepEqual(await sweep(unmarked), { removed: 1 })
      t.deepEqual(await missing(unmarked, [stray]), [stray])
    },
  )

  test.serial(
    `${kind}: an empty storage is not taken where there are pictures, whose storage is another`,
    async (t) => {
      const place = await emptyPlace(t, kind)
      const other = await createWorld()
      t.teardown(() => other.close())
      const size = { width: 1, height: 1, bytes: 1, placeholder: '' }
      const id = await insertPicture(other.sql, { owner: 1 as AccountId, name: 'AA_is_in_another_place', ...size })
      await markProcessing(other.sql, id)

      await createMarking({ sql: other.sql, ...place })()

      t.deepEqual(await sweep(place, other), { removed: 0, refused: 'unmarked' })
      t.is(await place.storage.mark(), undefined)
      t.is(await takeOver({ sql: other.sql, ...place }), 'unmarked')
      t.deepEqual(await sweep(place, other), { removed: 0 })
    },
  )

  test.serial(
    `${kind}: a database that was restored from before the last sweeps removes nothing until an operator says so`,
    async (t) => {
      const place = await emptyPlace(t, kind)
      const { sql } = world()
      await sweep(place)
      const backup = await sql('media_storage').select('sweeps').first()
      await sweep(place)
      const stray = await putFile(place, { hours: 1000, isKnown: false })

      await sql('media_storage').update(backup)

      t.deepEqual(await sweep(place), { removed: 0, refused: 'newer than the database' })
      t.deepEqual(await missing(place, [stray]), [])
      t.is(await takeOver({ sql, ...place }), 'newer than the database')
      t.is(await takeOver({ sql, ...place }), 'ours')
      t.deepEqual(await sweep(place), { removed: 1 })
    },
  )

  test.serial(`${kind}: nothing is removed when more than ten files, and most of all, are unknown`, async (t) => {
    const place = await emptyPlace(t, kind)
    await createMarking({ sql: world().sql, ...place })()
    const old = { hours: 1000, isKnown: false }
    const strays: StoredFile[] = []
    for (let n = 0; n < 11; n += 1) strays.push(await putFile(place, old))

    t.deepEqual(await sweep(place), { removed: 0, refused: 'mostly unknown' })
    t.deepEqual(await missing(place, strays), [])

    // Ten may be all there is; eleven are half of twenty-two.
    for (let n = 0; n < 11; n += 1) await putFile(place, { hours: 1000, isKnown: true })
    t.deepEqual(await sweep(place), { removed: 11 })
    for (let n = 0; n < 10; n += 1) await putFile(place, old)
    t.deepEqual(await sweep(place), { removed: 10 })
  })
}

test.serial(
  'workers that count at the same time never take the mark of one another for a newer database',
  async (t) => {
    const place = await emptyPlace(t, 'disk')
    await createMarking({ sql: world().sql, ...place })()

    for (let round = 0; round < 10; round += 1) {
      const found = await Promise.all([sweep(place), sweep(place), sweep(place)])
      t.deepEqual(found, [{ removed: 0 }, { removed: 0 }, { removed: 0 }])
    }
    await countSweep(world().sql)
    t.is(await standingOf({ sql: world().sql, ...place }), 'ours')
  },
)

test.serial('a marking that failed is tried again with the next file', async (t) => {
  const away = path.join(folder, 'away')
  await writeFile(away, '')
  const storage = new DiskStorage(away)
  const mark = createMarking({ sql: world().sql, storage })
  await t.throwsAsync(mark())
  t.deepEqual(await Promise.allSettled([mark(), mark()]).then((all) => all.map(({ status }) => status)), [
    'rejected',
    'rejected',
  ])

  await rm(away)
  await mark()

  t.is(await standingOf({ sql: world().sql, storage }), 'ours')
})
