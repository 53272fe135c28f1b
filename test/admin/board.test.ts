import test from 'ava'
import { freePort } from '../../tools/ports.ts'
import { call } from '../accounts/client.ts'
import { Neighbour, openHouse } from '../chat/house.ts'
import type { House } from '../chat/house.ts'
import { eventually } from '../support/eventually.ts'
import { failJob } from '../support/failed-jobs.ts'
import { Part } from '../support/part.ts'
import { worldOf } from '../support/world.ts'

/** The page of the queues that others have made, for those who may look after them. */

const world = worldOf(test, { hasLeastPrivilege: true })
let house: House
let ada: Neighbour
test.serial.before('an admin moves in where the page is switched on', async () => {
  house = await openHouse(world(), { QUEUE_BOARD: 'on' })
  ada = await Neighbour.moveIn(world(), house, 'ada', 'admin')
})

const look = (path: string, who: Neighbour | 'nobody' = ada, init: RequestInit = {}, at = house): Promise<Response> =>
  fetch(`${at.origin}${path}`, {
    redirect: 'manual',
    ...init,
    headers: { ...(who === 'nobody' ? {} : { authorization: `Bearer ${who.token}` }), ...init.headers },
  })

test.serial('an admin finds the page, its files, and the queues as they are', async (t) => {
  const id = await failJob(world().config.REDIS_URL, {
    ...{ queue: 'render-pictures', data: { picture: 1 }, reason: 'the disk is full' },
  })

  const page = await look('/admin/queues')
  const html = await page.text()
  t.is(page.status, 200)
  t.regex(page.headers.get('content-type') ?? '', /^text\/html/)
  const [, script = ''] = /<script[^>]* src="([^"]+)"/.exec(html) ?? []
  const base = new URL(/<base href="([^"]+)"/.exec(html)?.[1] ?? '/', house.origin)
  const file = await look(new URL(script, base).pathname)
  t.is(file.status, 200)
  t.regex(file.headers.get('content-type') ?? '', /javascript/)
  await file.body?.cancel()

  const answer = await look('/admin/queues/api/queues?activeQueue=render-pictures&status=failed&page=1')
  const { queues } = (await answer.json()) as {
    queues: { name: string; readOnlyMode: boolean; jobs: { id: string }[] }[]
  }
  t.deepEqual(queues.map(({ name }) => name).toSorted(), ['close-rooms', 'flush-rooms', 'render-pictures'])
  t.true(queues.every(({ readOnlyMode }) => readOnlyMode))
  t.deepEqual(
    queues.find(({ name }) => name === 'render-pictures')?.jobs.map((job) => job.id),
    [id],
  )
  t.is((await ada.ask(house, 'GET /v1/admin/queues')).body['board'], '/admin/queues')
})

test.serial('nobody else finds anything there, and whoever was an admin finds it no more', async (t) => {
  const alice = await Neighbour.moveIn(world(), house, 'alice', 'mentor')
  const bob = await Neighbour.moveIn(world(), house, 'bob')
  const grace = await Neighbour.moveIn(world(), house, 'grace', 'admin')
  const paths = ['/admin/queues', '/admin/queues/', '/admin/queues/api/queues', '/admin/queues/static/x.js']
  for (const who of [alice, bob, 'nobody'] as const) {
    for (const path of paths) {
      const answer = await look(path, who)
      t.is(answer.status, 404, `${who === 'nobody' ? who : who.username} ${path}`)
      t.like(await answer.json(), { code: 'not_found' })
    }
  }

  t.is((await look('/admin/queues/api/queues', grace)).status, 200)
  await ada.ask(house, `PUT /v1/admin/people/${grace.username}/role`, { role: 'member' })
  t.is((await look('/admin/queues/api/queues', grace)).status, 404)
  await call(house.origin, 'DELETE /v1/sessions/current', { token: grace.token })
  t.is((await look('/admin/queues', grace)).status, 404)
})

test.serial('it is only to look at: whatever would change something is refused, from our own pages too', async (t) => {
  const before = await failedJobs()
  t.true(before.length > 0)
  const own = { origin: 'http://localhost:8080', 'content-type': 'application/json' }
  for (const [method, path] of [
    ['PUT', 'queues/render-pictures/clean/failed'],
    ['PUT', `queues/render-pictures/${before[0]}/retry`],
    ['PUT', `queues/render-pictures/${before[0]}/clean`],
    ['PUT', 'queues/render-pictures/obliterate'],
    ['PUT', 'queues/render-pictures/empty'],
    ['PUT', 'queues/render-pictures/pause'],
    ['PUT', 'queues/pause'],
    ['POST', 'queues/render-pictures/add'],
    ['PATCH', `queues/render-pictures/${before[0]}/update-data`],
    ['DELETE', 'queues/render-pictures'],
  ] as const) {
    const answer = await look(`/admin/queues/api/${path}`, ada, { method, headers: own })
    t.is(answer.status, 405, `${method} ${path}`)
  }

  t.deepEqual(await failedJobs(), before)
  const { body } = await ada.ask(house, 'GET /v1/admin/queues')
  t.true((body['items'] as { isPaused: boolean }[]).every(({ isPaused }) => !isPaused))
})

async function failedJobs(): Promise<unknown[]> {
  const { body } = await ada.ask(house, 'GET /v1/admin/queues/render-pictures/failed')
  return (body['items'] as { id: string }[]).map(({ id }) => id)
}

test.serial(
  'every answer of it has a policy under which nothing inline runs and nothing comes from elsewhere',
  async (t) => {
    for (const path of ['/admin/queues', '/admin/queues/api/queues']) {
      const { headers } = await look(path)
      const policy = headers.get('content-security-policy') ?? ''
      const directives = new Map(
        policy.split('; ').map((one) => [one.split(' ')[0], one.split(' ').slice(1).join(' ')]),
      )
      t.is(directives.get('default-src'), "'none'")
      t.is(directives.get('script-src'), "'self'")
      t.is(directives.get('connect-src'), "'self'")
      t.is(directives.get('frame-ancestors'), "'none'")
      t.is(directives.get('form-action'), "'none'")
      t.is(headers.get('x-content-type-options'), 'nosniff')
      t.truthy(headers.get('x-request-id'))
    }
  },
)

test.serial('what goes wrong behind it is unavailable, and no stack leaves', async (t) => {
  const answer = await look('/admin/queues/api/queues/no-such-queue/1')
  const text = await answer.text()
  t.true([404, 503].includes(answer.status), String(answer.status))
  t.notRegex(text, /node_modules|    at /)
})

test.serial('switched off there is nothing, for admins too', async (t) => {
  const off = await openHouse(world())
  for (const path of ['/admin/queues', '/admin/queues/api/queues']) {
    const answer = await look(path, ada, {}, off)
    t.is(answer.status, 404)
  }
  t.is((await ada.ask(off, 'GET /v1/admin/queues')).body['board'], null)
})

test.serial('where its packages are not installed a server says so and goes on without it', async (t) => {
  const preload = new URL('without-board.ts', import.meta.url).href
  const port = await freePort()
  const env = { ...world().env, HOST: '127.0.0.1', PORT: String(port), QUEUE_BOARD: 'on', LOG_LEVEL: 'warn' }
  const server = new Part('src/server.ts', port, env, { preload })
  t.teardown(() => server.end('SIGTERM'))
  await server.start()
  await server.ready()

  t.regex(server.log, /QUEUE_BOARD is on, but .*@bull-board\/api and @bull-board\/koa are not installed/)
  const answer = await fetch(`http://127.0.0.1:${port}/admin/queues`, {
    headers: { authorization: `Bearer ${ada.token}` },
  })
  t.is(answer.status, 404)
})

test.serial('it counts like any other request', async (t) => {
  const strict = await openHouse(world(), { QUEUE_BOARD: 'on', REQUESTS_PER_MINUTE: 60 })
  const statuses = await eventually(async () => {
    const asked = await Promise.all(Array.from({ length: 70 }, () => look('/admin/queues', 'nobody', {}, strict)))
    return asked.map(({ status }) => status)
  })

  t.true(statuses.includes(404))
  t.true(statuses.includes(429))
})
