import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import S3rver from '@20minutes/s3rver'
import test from 'ava'
import { ConfigError, loadConfig } from '../../src/config.ts'
import { worldOf } from '../support/world.ts'
import { filesIn, idOf, makeDue, openHouse, rowOf, show, somebody, upload } from './house.ts'
import { photo, quartersOf, uprightQuarters } from './pictures.ts'

const world = worldOf(test)

test('with a bucket everything is as with a folder: kept, rendered, shown to all by its name, removed', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'madang-bucket-'))
  const bucket = new S3rver({
    ...{ address: '127.0.0.1', port: 0, silent: true, directory: folder, resetOnClose: false },
    ...{ allowMismatchedSignatures: true, configureBuckets: [{ name: 'pictures' }] },
  })
  const endpoint = `http://127.0.0.1:${(await bucket.run()).port}`
  t.teardown(async () => {
    await bucket.close()
    await rm(folder, { recursive: true, force: true })
  })
  const house = await openHouse(world(), {
    MEDIA_STORAGE: 's3',
    MEDIA_S3_ENDPOINT: endpoint,
    MEDIA_S3_BUCKET: 'pictures',
    MEDIA_S3_ACCESS_KEY: 'S3RVER',
    MEDIA_S3_SECRET_KEY: 'S3RVER',
    MEDIA_S3_ADDRESSING: 'path',
    MEDIA_BASE_URL: `${endpoint}/pictures/public`,
  })
  t.teardown(() => house.close())
  const alice = somebody()

  const id = idOf(await upload(house, alice, await photo(8)))
  await house.work.render(id)

  const { body } = await show(house, alice, String(id))
  t.is(body['state'], 'ready')
  const urls = Object.values(body['urls'] as Record<string, string>)
  t.is(urls.length, 4)
  for (const url of urls) {
    const answer = await fetch(url)
    t.is(answer.status, 200)
    t.is(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    t.deepEqual(await quartersOf(Buffer.from(await answer.arrayBuffer())), uprightQuarters)
  }
  t.deepEqual(await filesIn(house), [])
  await makeDue(house, id)
  await house.work.sweep()
  t.is(await rowOf(house, id), undefined)
  for (const url of urls) t.is((await fetch(url)).status, 404)
})

test('a bucket needs a name, an address for browsers, and both keys or none', (t) => {
  const s3 = {
    ...world().env,
    MEDIA_STORAGE: 's3',
    MEDIA_S3_BUCKET: 'pictures',
    MEDIA_BASE_URL: 'https://cdn.example.org/public',
  }

  t.is(loadConfig(s3).MEDIA_STORAGE, 's3')
  for (const [changes, named] of [
    [{ MEDIA_S3_BUCKET: '' }, /MEDIA_S3_BUCKET/],
    [{ MEDIA_BASE_URL: '' }, /MEDIA_BASE_URL/],
    [{ MEDIA_BASE_URL: '/media' }, /MEDIA_BASE_URL/],
    [{ MEDIA_BASE_URL: 'https://cdn.example.org/public/' }, /MEDIA_BASE_URL/],
    [{ MEDIA_S3_ACCESS_KEY: 'x' }, /MEDIA_S3_SECRET_KEY/],
  ] as const) {
    t.throws(() => loadConfig({ ...s3, ...changes }), { instanceOf: ConfigError, message: named })
  }
})
