import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import S3rver from '@20minutes/s3rver'
import test from 'ava'
import { DiskStorage } from '../../src/media/disk-storage.ts'
import type { S3Options } from '../../src/media/s3-storage.ts'
import { openS3Storage } from '../../src/media/s3-storage.ts'
import type { Storage, StoredFile } from '../../src/media/storage.ts'

/** Both kinds of storage keep the same promises: one on a disk, one in a real server of the S3 protocol. */

let folder = ''
let bucket: S3rver
let endpoint = ''
const storages = new Map<string, Storage>()

test.serial.before('a folder and a bucket', async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'madang-storage-'))
  // It leaves out the slash after a bucket's name when it computes the signature of a list, so signatures may differ; keys may not.
  bucket = new S3rver({
    allowMismatchedSignatures: true,
    ...{ address: '127.0.0.1', port: 0, silent: true, directory: path.join(folder, 's3'), resetOnClose: false },
    configureBuckets: [{ name: 'pictures' }, { name: 'marked' }],
  })
  endpoint = `http://127.0.0.1:${(await bucket.run()).port}`
  storages.set('disk', new DiskStorage(path.join(folder, 'disk')))
  storages.set('s3', await s3({}))
})

test.serial.after.always('both are left', async (t) => {
  for (const storage of storages.values()) storage.close()
  await bucket.close()
  await rm(folder, { recursive: true, force: true })
  t.pass()
})

const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }

function s3(changes: Partial<S3Options>): Promise<Storage> {
  return openS3Storage({ endpoint, region: 'us-east-1', bucket: 'pictures', keys, addressing: 'path', ...changes })
}

function storageOf(kind: string): Storage {
  const storage = storages.get(kind)
  if (storage === undefined) throw new Error(`no ${kind}`)
  return storage
}

let names = 0
function newFile(shelf: StoredFile['shelf'] = 'public', beginning = 'ab'): StoredFile {
  names += 1
  return { shelf, name: `${beginning}${String(names).padStart(20, '0')}.thumb.webp` }
}
async function namesOf(storage: Storage, shelf: StoredFile['shelf'], beginning: string): Promise<string[]> {
  return (await storage.list(shelf, beginning)).map(({ name }) => name)
}
const picture = (text: string) => ({ bytes: Buffer.from(text), type: 'image/webp' })

for (const kind of ['disk', 's3']) {
  test(`${kind}: what was put is got, byte by byte, and replaced by what is put later`, async (t) => {
    const storage = storageOf(kind)
    const file = newFile()
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, n) => n % 256))

    await storage.put(file, { bytes, type: 'image/webp' })
    t.true((await storage.get(file))?.equals(bytes))
    await storage.put(file, picture('later'))
    t.is(String(await storage.get(file)), 'later')
  })

  test(`${kind}: what is not there is nothing, and may be removed again`, async (t) => {
    const storage = storageOf(kind)
    const [there, missing] = [newFile(), newFile()]
    await storage.put(there, picture('there'))

    t.is(await storage.get(missing), undefined)
    await storage.remove([there, missing])
    await storage.remove([there, missing])
    t.is(await storage.get(there), undefined)
    await storage.remove([])
  })

  test(`${kind}: shelves are apart, and each lists by the beginning of names`, async (t) => {
    const storage = storageOf(kind)
    const [one, two, other, secret] = [
      newFile('public', 'X-'),
      newFile('public', 'X-'),
      newFile('public', 'x-'),
      newFile('private', 'X-'),
    ]
    for (const file of [one, two, other, secret]) await storage.put(file, picture(file.name))

    t.deepEqual((await namesOf(storage, 'public', 'X-')).toSorted(), [one.name, two.name])
    t.deepEqual(await namesOf(storage, 'public', 'x-'), [other.name])
    t.deepEqual(await namesOf(storage, 'private', 'X-'), [secret.name])
    t.deepEqual(await storage.list('public', '__'), [])
    t.is(await storage.get({ shelf: 'public', name: secret.name }), undefined)
  })

  test(`${kind}: of many who write one file at once, one has it whole`, async (t) => {
    const storage = storageOf(kind)
    const file = newFile()
    const texts = Array.from({ length: 10 }, (_, n) => String(n).repeat(50_000))

    await Promise.all(texts.map((text) => storage.put(file, picture(text))))

    t.true(texts.includes(String(await storage.get(file))))
    await storage.tidy()
  })
}

for (const kind of ['disk', 's3']) {
  test(`${kind}: it is empty until the first file, and a mark is no file`, async (t) => {
    const other = path.join(folder, 'marked')
    const storage = kind === 'disk' ? new DiskStorage(other) : await s3({ bucket: 'marked' })
    t.teardown(() => storage.close())

    t.is(await storage.mark(), undefined)
    t.true(await storage.isEmpty())
    await storage.setMark('of alice')
    await storage.setMark('of bob')
    t.is(await storage.mark(), 'of bob')
    t.true(await storage.isEmpty())
    await storage.put(newFile('private', 'ma'), picture('x'))
    t.false(await storage.isEmpty())
    t.is((await storage.list('private', 'ma')).length, 1)
    const [{ ageMs } = { ageMs: NaN }] = await storage.list('private', 'ma')
    t.true(Math.abs(ageMs) < 60_000, `${ageMs}`)
  })
}

test('disk: others may read what is public and not enter what is private', async (t) => {
  const storage = storageOf('disk')
  const [open, secret] = [newFile('public'), newFile('private')]
  await storage.put(open, picture('open'))
  await storage.put(secret, picture('secret'))
  const modeOf = async (...parts: string[]) => (await stat(path.join(folder, 'disk', ...parts))).mode & 0o777

  t.is(await modeOf(), 0o755, 'the folder was not there before the first file')
  t.is(await modeOf('public'), 0o755)
  t.is(await modeOf('public', 'ab'), 0o755)
  t.is(await modeOf('public', 'ab', open.name), 0o644)
  t.is(await modeOf('private'), 0o700)
  t.is(await modeOf('private', 'ab', secret.name), 0o600)
  t.is(await modeOf('incoming'), 0o700)
})

test('s3: an object says what it is and that it never changes', async (t) => {
  const storage = storageOf('s3')
  const file = newFile()
  await storage.put(file, picture('x'))

  const { S3Client, HeadObjectCommand } = await import('@aws-sdk/client-s3')
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials: keys, forcePathStyle: true })
  const head = await client.send(new HeadObjectCommand({ Bucket: 'pictures', Key: `public/${file.name}` }))
  client.destroy()

  t.is(head.ContentType, 'image/webp')
  t.is(head.CacheControl, 'public, max-age=31536000, immutable')
  t.is(head.ContentDisposition, 'inline')
})

test('s3: a list of more than one page is whole', async (t) => {
  const storage = await s3({ namesAtOnce: 3 })
  t.teardown(() => storage.close())
  for (const [beginning, count] of [
    ['y2', 2],
    ['y3', 3],
    ['y7', 7],
  ] as const) {
    const files = Array.from({ length: count }, () => newFile('public', beginning))
    for (const file of files) await storage.put(file, picture('x'))

    t.deepEqual(
      (await namesOf(storage, 'public', beginning)).toSorted(),
      files.map(({ name }) => name),
    )
  }
})

test('s3: a service that is away, a bucket that is not there and a wrong key are errors, not missing files', async (t) => {
  const wrong = [
    await s3({ endpoint: 'http://127.0.0.1:9' }),
    await s3({ bucket: 'nowhere' }),
    await s3({ keys: { accessKeyId: 'NOBODY', secretAccessKey: 'wrong' } }),
  ]
  for (const storage of wrong) {
    await t.throwsAsync(storage.get(newFile()))
    await t.throwsAsync(storage.put(newFile(), picture('x')))
    storage.close()
  }
})
