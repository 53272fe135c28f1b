import test from 'ava'
import { renderQueue } from '../../src/media/index.ts'
import { Doorbell, queuePrefix, startWorker } from '../../src/platform/queue.ts'
import { Neighbour, openHouse } from '../chat/house.ts'
import type { House } from '../chat/house.ts'
import { connectFor } from '../support/connections.ts'
import { eventually } from '../support/eventually.ts'
import { failJob } from '../support/failed-jobs.ts'
import { worldOf } from '../support/world.ts'

type Json = Record<string, unknown>

/** Servers alone: nobody works, so what is put into a queue stays there. */
const world = worldOf(test)
let house: House
let ada: Neighbour
let bob: Neighbour
test.serial.before('people move in', async () => {
  house = await openHouse(world())
  ada = await Neighbour.moveIn(world(), house, 'ada', 'admin')
  bob = await Neighbour.moveIn(world(), house, 'bob')
})

const url = (): string => world().config.REDIS_URL
const path = '/v1/admin/queues'
const itemsOf = (body: Json): Json[] => body['items'] as Json[]

async function stateOf(name: string): Promise<Json | undefined> {
  const { body } = await ada.ask(house, `GET ${path}`)
  return itemsOf(body).find((queue) => queue['name'] === name)
}

const failedIn = async (name: string, query = ''): Promise<Json> =>
  (await ada.ask(house, `GET ${path}/${name}/failed${query}`)).body

test.serial('an admin sees each queue, with what waits and since when', async (t) => {
  const alice = await Neighbour.moveIn(world(), house, 'alice', 'mentor')
  const idle = { waiting: 0, active: 0, delayed: 0, failed: 0, isPaused: false, oldestWaitingAt: null }
  const { body } = await ada.ask(house, `GET ${path}`)
  t.deepEqual(itemsOf(body), [
    { name: 'close-rooms', ...idle },
    { name: 'flush-rooms', ...idle },
    { name: 'render-pictures', ...idle },
  ])
  t.is(body['board'], null)

  const before = Date.now()
  await alice.ask(house, `POST /v1/rooms/${await alice.opens(house)}/close`)

  const queue = await eventually(async () => {
    const state = await stateOf('close-rooms')
    return state?.['waiting'] === 1 && state
  })
  t.true(Math.abs(Date.parse(String(queue['oldestWaitingAt'])) - before) < 60_000)
})

test.serial('a job that failed tells what it was about and why; it is retried once, on record, and done', async (t) => {
  const id = await failJob(url(), {
    ...{ queue: 'render-pictures', data: { picture: 17, requestId: 'request-0017' } },
    reason: 'the disk is full',
  })

  const [job] = itemsOf(await failedIn('render-pictures'))
  t.like(job, { id, about: { picture: 17 }, requestId: 'request-0017', attempts: 1, reason: 'the disk is full' })
  t.like(await stateOf('render-pictures'), { waiting: 0, failed: 1 })

  const retry = () => ada.ask(house, `POST ${path}/render-pictures/failed/${id}/retry`)
  const first = await retry()
  t.is(first.status, 204)
  t.like(await stateOf('render-pictures'), { waiting: 1, failed: 0 })
  t.is((await retry()).status, 409)
  const rendered: number[] = []
  const worker = startWorker({
    ...{ url: url(), definition: renderQueue, concurrency: 1, log: world().log },
    work: async ({ picture }) => void rendered.push(picture),
  })
  t.deepEqual(await eventually(() => rendered.length > 0 && rendered), [17])
  await worker.close()
  t.is((await eventually(async () => (await retry()).status === 404 && 404)) as number, 404)

  const { body } = await ada.ask(house, 'GET /v1/admin/audit?action=job.retried')
  t.deepEqual(
    itemsOf(body).map(({ subject, requestId }) => [subject, requestId]),
    [[`job:render-pictures/${id}`, first.headers.get('x-request-id')]],
    'what was refused is not on record',
  )
})

test.serial('failed jobs come page by page, the newest first; one that went meanwhile leaves no hole', async (t) => {
  const ids: string[] = []
  for (const room of [1, 2, 3, 4, 5]) {
    ids.push(await failJob(url(), { queue: 'flush-rooms', data: { room }, reason: `room ${room}` }))
  }
  const first = await failedIn('flush-rooms', '?limit=2')
  const { next } = first['page'] as { next: string }
  t.deepEqual(
    itemsOf(first).map(({ id }) => id),
    [ids[4], ids[3]],
  )

  await ada.ask(house, `POST ${path}/flush-rooms/failed/${ids[3]}/retry`)
  const second = await failedIn('flush-rooms', `?limit=2&cursor=${next}`)
  const last = await failedIn('flush-rooms', `?limit=2&cursor=${(second['page'] as { next: string }).next}`)

  t.deepEqual(
    [...itemsOf(second), ...itemsOf(last)].map(({ id }) => id),
    [ids[2], ids[1], ids[0]],
  )
  t.deepEqual(last['page'], {})
})

test.serial('what the database says of a statement that failed is kept with the job, not the statement', async (t) => {
  const secret = 'what somebody wrote'
  const worker = startWorker({
    ...{ url: url(), definition: renderQueue, concurrency: 1, log: world().log },
    work: async () => void (await world().sql.raw('SELECT ? AS text FROM no_such_table', [secret])),
  })
  const bell = new Doorbell({ url: url(), definition: renderQueue, log: world().log })
  await eventually(() => bell.ring({ picture: 99 }))

  const job = await eventually(async () =>
    itemsOf(await failedIn('render-pictures')).find(({ about }) => (about as { picture: number }).picture === 99),
  )
  await worker.close()
  await bell.close()

  t.regex(String(job['reason']), /no_such_table.* doesn't exist/)
  const redis = connectFor('commands', url())
  t.teardown(() => redis.disconnect())
  const kept = JSON.stringify(await redis.hgetall(`${queuePrefix}:render-pictures:${String(job['id'])}`))
  t.true(kept.includes('no_such_table'))
  t.true(kept.includes('    at '), 'where it happened')
  t.false(kept.includes(secret))
})

test.serial('only admins, only queues that there are, and only jobs that failed', async (t) => {
  for (const line of [`GET ${path}`, `GET ${path}/flush-rooms/failed`, `POST ${path}/flush-rooms/failed/1/retry`])
    t.is((await bob.ask(house, line)).status, 403, line)
  for (const name of ['no-such-queue', 'render-pictures:failed', '..%2f'])
    t.is((await ada.ask(house, `GET ${path}/${name}/failed`)).status, 404, name)
  t.is((await ada.ask(house, `POST ${path}/flush-rooms/failed/no-such-job/retry`)).status, 404)
  t.is((await ada.ask(house, `POST ${path}/flush-rooms/failed/${'x'.repeat(64)}/retry`)).status, 404)
  for (const id of ['한글', 'a b', 'a%2Fb', 'x'.repeat(65)])
    t.is((await ada.ask(house, `POST ${path}/flush-rooms/failed/${encodeURI(id)}/retry`)).status, 422, id)
})
