import test from 'ava'
import { createAccounts } from '../../src/accounts/index.ts'
import type { MediaId } from '../../src/platform/ids.ts'
import { inTransaction } from '../../src/platform/mysql.ts'
import { connectTo } from '../support/connections.ts'
import { eventually } from '../support/eventually.ts'
import { call, signUp } from './client.ts'
import { doorOf } from './door.ts'

const door = doorOf(test)

test('what somebody says of themselves is kept as they said it, and the rest stays', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)
  const change = (body: object) => call(origin, 'PATCH /v1/me', { token: alice.access, body })

  const first = await change({ bio: '  마당지기\r\n<b>두 줄</b> ', area: ' 망원동 ' })
  const second = await change({ displayName: '앨리스', language: 'en' })
  const me = await call(origin, 'GET /v1/me', { token: alice.access })

  t.is(first.status, 200)
  t.like(first.body, { bio: '마당지기\n<b>두 줄</b>', area: '망원동', displayName: alice.username, picture: null })
  t.like(second.body, { bio: '마당지기\n<b>두 줄</b>', area: '망원동', displayName: '앨리스', language: 'en' })
  t.deepEqual(me.body, second.body)
})

test('a bio and an area can be taken back', async (t) => {
  const { origin } = door()
  const alice = await signUp(origin)
  await call(origin, 'PATCH /v1/me', { token: alice.access, body: { bio: 'x', area: 'y' } })

  const { body } = await call(origin, 'PATCH /v1/me', { token: alice.access, body: { bio: '', area: '' } })

  t.like(body, { bio: '', area: '' })
})

for (const [field, most] of [
  ['bio', 500],
  ['area', 60],
  ['displayName', 50],
] as const) {
  test(`${field} takes ${most} characters and not one more`, async (t) => {
    const { origin } = door()
    const alice = await signUp(origin)
    const change = (text: string) => call(origin, 'PATCH /v1/me', { token: alice.access, body: { [field]: text } })

    const within = await change('🌳'.repeat(most))
    const over = await change('🌳'.repeat(most + 1))

    t.is(within.status, 200)
    t.is(within.body[field], '🌳'.repeat(most))
    t.is(over.status, 422)
    t.is((over.body['errors'] as { pointer: string }[])[0]?.pointer, `/${field}`)
  })

  test(`${field} takes no character that disturbs the text around it, and nothing that shows nothing`, async (t) => {
    const { origin } = door()
    const alice = await signUp(origin)

    const invisible = field === 'bio' ? [] : ['\u200B', '\u3164\u2060']
    for (const disturbing of ['a\u0000b', 'a\u202Eb', 'a\u2066b', 'a\u001Bb', 'a\u2028b', ...invisible]) {
      const body = { [field]: disturbing }
      const { status } = await call(origin, 'PATCH /v1/me', { token: alice.access, body })
      t.is(status, 422, JSON.stringify(disturbing))
    }
  })
}

test('nothing but what a profile has can be changed by it', async (t) => {
  const { origin, world } = door()
  const alice = await signUp(origin)

  for (const body of [{ role: 'admin' }, { username: 'queen' }, { picture_name: 'x' }, { bio: 'x', id: '1' }]) {
    t.is((await call(origin, 'PATCH /v1/me', { token: alice.access, body })).status, 422)
  }
  const row = await world.sql('accounts').where({ username: alice.username }).first()
  t.like(row, { role: 'member', bio: '', picture_name: null })
})

test('a picture comes with every profile, on all servers, and goes again', async (t) => {
  const { world, origin } = door()
  const alice = await signUp(origin)
  const { config, log, sql } = world
  const connections = connectTo({ url: config.REDIS_URL, log })
  const { redis, broker } = connections
  const pictureUrls = (name: string) => ({
    thumb: `/${name}/t`,
    feed: `/${name}/f`,
    full: `/${name}/u`,
    jpeg: `/${name}/j`,
  })
  const [here, there] = [0, 1].map(() => createAccounts({ ...{ sql, redis, broker, config, log, pictureUrls } }))
  if (!here || !there) throw new Error('two servers')
  await Promise.all([here.start(), there.start()])
  t.teardown(async () => {
    await Promise.all([here.stop(), there.stop()])
    await connections.close()
  })
  const id = (await here.findByUsername(alice.username))!.id
  const shown = async () => (await there.profiles([id])).get(id)?.picture
  const wear = async (picture: { id: MediaId; name: string } | undefined) => {
    const before = await inTransaction(sql, async (trx) => {
      const worn = await here.lockPicture(trx, id)
      await here.setPicture(trx, id, picture)
      return worn
    })
    await here.profileChanged(id)
    return before
  }
  t.is(await shown(), undefined)

  t.is(await wear({ id: 7 as MediaId, name: 'abc' }), undefined)
  t.deepEqual(await eventually(shown), pictureUrls('abc'))
  t.deepEqual((await here.findByUsername(alice.username))?.picture, pictureUrls('abc'))

  t.is(await wear(undefined), 7 as MediaId)
  t.true(await eventually(async () => (await shown()) === undefined))
})
