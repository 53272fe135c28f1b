import { connect } from 'node:net'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { selectRows } from '../../src/platform/mysql.ts'
import { padded } from './bad-pictures.ts'
import { eventually } from '../support/eventually.ts'
import { filesIn, houseOf, idOf, makeDue, openHouse, rowOf, show, somebody, spaceOf, upload } from './house.ts'
import type { House } from './house.ts'
import { photo } from './pictures.ts'
import { Turns } from '../../src/platform/turns.ts'

const house = houseOf(test)

async function another(t: ExecutionContext, changes: Record<string, string | number>): Promise<House> {
  const other = await openHouse(house().world, changes)
  t.teardown(() => other.close())
  return other
}

/** The beginning of an upload over a bare connection; the rest is up to the test. */
async function begin({ port }: House, { length, head = '', sent }: { length: number; head?: string; sent: Buffer }) {
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  let heard = ''
  socket.on('data', (bytes: Buffer) => (heard += bytes.toString()))
  socket.on('error', () => undefined)
  const lines = [
    'POST /v1/media HTTP/1.1',
    'Host: a',
    'Content-Type: multipart/form-data; boundary=x',
    `Content-Length: ${length}`,
  ]
  socket.write(`${[...lines, ...(head === '' ? [] : [head])].join('\r\n')}\r\n\r\n`)
  socket.write(sent)
  return { socket, answer: () => (heard.includes('\r\n\r\n') ? heard : undefined) }
}

const opening = Buffer.from('--x\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n')

test('nobody who is not signed in is read, and the answer does not wait for the body', async (t) => {
  const { socket, answer } = await begin(house(), { length: 5_000_000, sent: opening })

  const heard = await eventually(answer)
  socket.destroy()

  t.regex(heard, /^HTTP\/1.1 401 /)
})

test('a length that cannot fit is refused before it is read', async (t) => {
  const head = 'Authorization: Bearer 77'
  const { socket, answer } = await begin(house(), { length: 50_000_000, head, sent: opening })

  const heard = await eventually(answer)
  socket.destroy()

  t.regex(heard, /^HTTP\/1.1 413 /)
})

test('a body that breaks off leaves nothing, and gives its turn back', async (t) => {
  const alone = await another(t, { MEDIA_DECODES_AT_ONCE: 1 })
  const [alice, bob] = [somebody(), somebody()]
  const picture = await photo()
  const sent = Buffer.concat([opening, picture.subarray(0, picture.length / 2)])
  const { socket } = await begin(alone, { length: 100_000, head: `Authorization: Bearer ${alice}`, sent })

  let isKept = false
  const waiting = upload(alone, bob, picture).then((reply) => {
    isKept = true
    return reply
  })
  await new Promise((resolve) => setImmediate(resolve))
  t.false(isKept)
  socket.destroy()

  t.is((await waiting).status, 201)
  t.deepEqual(await selectRows(alone.world.sql, 'SELECT id FROM media WHERE owner_id = ?', [alice]), [])
  t.is((await spaceOf(alone, alice)).pictures, 0)
})

test('who leaves while waiting takes no turn away', async (t) => {
  const alone = await another(t, { MEDIA_DECODES_AT_ONCE: 1 })
  const picture = await photo()
  const head = `Authorization: Bearer ${somebody()}`
  const first = await begin(alone, { length: 100_000, head, sent: opening })
  const waiting = await Promise.all(
    [opening, Buffer.alloc(0), Buffer.concat([opening, Buffer.alloc(90_000)])].map((sent) =>
      begin(alone, { length: 100_000, head, sent }),
    ),
  )
  const last = upload(alone, somebody(), picture)

  for (const { socket } of waiting) socket.destroy()
  first.socket.destroy()

  t.is((await last).status, 201)
  t.is((await upload(alone, somebody(), picture)).status, 201)
})

test('of one turn one has it, so many wait so long, and the rest are sent away', async (t) => {
  const turns = new Turns({ atOnce: 1, mostWaiting: 1, waitMs: 50, busy: 'Too many are on their way' })
  const first = Promise.withResolvers<string>()
  const begun = turns.take(() => first.promise)
  const late = turns.take(async () => 'late')
  const tooMany = turns.take(async () => 'too many')

  await t.throwsAsync(tooMany, { message: /on their way/ })
  await t.throwsAsync(late, { message: /on their way/ })
  const next = turns.take(async () => 'next')
  first.resolve('first')
  t.deepEqual(await Promise.all([begun, next]), ['first', 'next'])
  await t.throwsAsync(
    turns.take(() => Promise.reject(new Error('broke'))),
    { message: 'broke' },
  )
  t.is(await turns.take(async () => 'again'), 'again')
})

test('more uploads than an account may make in an hour are refused with the time to come back', async (t) => {
  const narrow = await another(t, { MEDIA_UPLOADS_PER_HOUR: 2 })
  const alice = somebody()
  const picture = await photo()

  const replies = [
    await upload(narrow, alice, picture),
    await upload(narrow, alice, picture),
    await upload(narrow, alice, picture),
  ]

  t.deepEqual(
    replies.map(({ status }) => status),
    [201, 201, 429],
  )
  t.true(Number(replies[2]?.headers.get('retry-after')) > 0)
  t.is((await upload(narrow, somebody(), picture)).status, 201)
})

test('the space of an account is full to the byte, also when many uploads come at once', async (t) => {
  const size = 20_000
  const narrow = await another(t, { MEDIA_BYTES_PER_ACCOUNT: 2 * size, MEDIA_DECODES_AT_ONCE: 4 })
  const [alice, bob] = [somebody(), somebody()]
  const picture = padded(await photo(), size)

  const replies = await Promise.all(Array.from({ length: 5 }, () => upload(narrow, alice, picture)))

  t.deepEqual(replies.map(({ status }) => status).toSorted(), [201, 201, 409, 409, 409])
  const refused = replies.find(({ status }) => status === 409)
  t.like(refused?.body, { code: 'storage_full', usedBytes: 2 * size, maxBytes: 2 * size })
  t.deepEqual(await spaceOf(narrow, alice), { bytes: 2 * size, pictures: 2 })
  t.is((await upload(narrow, bob, padded(picture, 2 * size + 1))).body['code'], 'storage_full')

  // What is rendered takes what its files take, and what is removed takes nothing.
  const kept = replies.filter(({ status }) => status === 201).map(idOf)
  for (const id of kept) await narrow.work.render(id)
  const rows = await Promise.all(kept.map((id) => rowOf(narrow, id)))
  t.is(
    (await spaceOf(narrow, alice)).bytes,
    rows.reduce((sum, row) => sum + (row?.bytes ?? 0), 0),
  )
  for (const id of kept) await makeDue(narrow, id)
  await narrow.work.sweep()
  await narrow.work.sweep()
  t.deepEqual(await spaceOf(narrow, alice), { bytes: 0, pictures: 0 })
})

test('the same upload with the same key is one picture, another with that key is refused', async (t) => {
  const alice = somebody()
  const [picture, other] = [await photo(1), await photo(6)]
  const headers = { 'idempotency-key': 'holiday-1' }

  const first = await upload(house(), alice, picture, { headers })
  const again = await upload(house(), alice, picture, { headers })
  const reused = await upload(house(), alice, other, { headers })

  t.is(first.status, 201)
  t.is(again.status, 201)
  t.deepEqual(again.body, first.body)
  t.is(again.headers.get('location'), first.headers.get('location'))
  t.is(reused.body['code'], 'key_reused')
  t.is((await spaceOf(house(), alice)).pictures, 1)
})

test('of two uploads at once with one key, one picture is left', async (t) => {
  const alice = somebody()
  const picture = await photo()
  const headers = { 'idempotency-key': 'holiday-2' }

  const replies = await Promise.all([1, 2, 3].map(() => upload(house(), alice, picture, { headers })))

  const kept = replies.filter(({ status }) => status === 201)
  t.true(kept.length > 0)
  t.is(new Set(kept.map(idOf)).size, 1)
  for (const { status, body } of replies) t.true(status === 201 || body['code'] === 'key_in_use')
  await house().work.sweep()
  t.is((await spaceOf(house(), alice)).pictures, 1)
})

test('a storage that is away refuses uploads for the time being, and nothing is left', async (t) => {
  const file = `${house().config.MEDIA_FOLDER}-no-folder`
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, 'in the way')
  const broken = await another(t, { MEDIA_FOLDER: file })
  t.teardown(() => rm(file))
  const alice = somebody()

  const reply = await upload(broken, alice, await photo())

  t.like(reply.body, { status: 503, code: 'unavailable', retryAfter: 5 })
  const [row] = await selectRows<{ id: number; state: string }>(
    house().world.sql,
    'SELECT id, state FROM media WHERE owner_id = ?',
    [alice],
  )
  t.is(row?.state, 'released')
  await house().work.sweep()
  t.deepEqual(await spaceOf(house(), alice), { bytes: 0, pictures: 0 })
})

test('a picture is shown to its owner alone, and by its id only', async (t) => {
  const [alice, bob] = [somebody(), somebody()]
  const reply = await upload(house(), alice, await photo())
  const id = String(reply.body['id'])

  t.is((await show(house(), alice, id)).status, 200)
  t.is((await show(house(), bob, id)).status, 404)
  t.is((await show(house(), alice, '999999')).status, 404)
  for (const wrong of ['0', '-1', 'x', '1e3', '%2e%2e'])
    t.true([404, 422].includes((await show(house(), alice, wrong)).status))
  const etag = (await show(house(), alice, id)).headers.get('etag')
  t.truthy(etag)
  t.true((await filesIn(house())).length > 0)
})
