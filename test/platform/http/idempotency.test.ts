import test from 'ava'
import type { ExecutionContext } from 'ava'
import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { Problem } from '../../../src/platform/errors.ts'
import { sweepIdempotencyKeys } from '../../../src/platform/http/idempotency.ts'
import { route } from '../../../src/platform/http/route.ts'
import type { Route } from '../../../src/platform/http/route.ts'
import type { Identity } from '../../../src/platform/http/viewer.ts'
import type { AccountId, SessionId } from '../../../src/platform/ids.ts'
import { duplicateKey, inTransaction, mysqlErrno } from '../../../src/platform/mysql.ts'
import type { Sql } from '../../../src/platform/mysql.ts'
import { closeRedis } from '../../../src/platform/redis.ts'
import { connectFor } from '../../support/connections.ts'
import { eventually } from '../../support/eventually.ts'
import { worldOf } from '../../support/world.ts'
import { serve } from './serve.ts'

const world = worldOf(test)

test.serial.before('there is a table of notes', async () => {
  await world().sql.raw(
    'CREATE TABLE notes (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100) NOT NULL)',
  )
  await world().sql.raw('CREATE TABLE places (name VARCHAR(100) PRIMARY KEY)')
})

/** Places at which a process may die: a request that comes there never goes on. */
interface Faults {
  beforeCommit?: () => Promise<unknown>
  afterCommit?: () => Promise<unknown>
}

const noteView = z.strictObject({ id: z.string(), text: z.string() })

function noteRoutes(sql: Sql, faults: Faults): Route[] {
  const write = async (body: { text: string }, settle: (trx: Sql, answer: Written) => Promise<void>) => {
    if (body.text === 'rude') throw new Problem('conflict')
    const answer = await inTransaction(sql, async (trx) => {
      if (body.text.startsWith('last place')) await takePlace(trx, body.text)
      const [id] = await trx('notes').insert({ text: body.text })
      const written = {
        status: 201 as const,
        body: { id: String(id), text: body.text },
        headers: { location: `/v1/notes/${id}` },
      }
      await settle(trx, written)
      await faults.beforeCommit?.()
      return written
    })
    await faults.afterCommit?.()
    return answer
  }
  type Written = { status: 201; body: { id: string; text: string }; headers: { location: string } }
  const json = (path: string) =>
    route({
      method: 'POST',
      path,
      summary: 'Write a note',
      access: 'member',
      isIdempotent: true,
      body: z.strictObject({ text: z.string().min(1) }),
      answers: { 201: noteView },
      handle: ({ body, once }) => write(body, (trx, answer) => once.settle(trx, answer)),
    })
  const upload = route({
    method: 'POST',
    path: '/v1/files',
    summary: 'Write a file',
    access: 'member',
    isIdempotent: true,
    upload: { field: 'file', contentTypes: ['text/plain'] },
    answers: { 201: noteView },
    async handle({ raw, once }) {
      const content = await text(raw.request)
      const first = await once.begin(createHash('sha256').update(content).digest('hex'))
      if (first !== undefined) return first as Written
      return write({ text: content }, (trx, answer) => once.settle(trx, answer))
    },
  })
  return [json('/v1/notes'), json('/v1/folders/:id/notes'), upload]
}

/** Of two who want one place the later waits for the earlier, and is refused. */
async function takePlace(trx: Sql, name: string): Promise<void> {
  await trx('places')
    .insert({ name })
    .catch((error: unknown) => {
      throw mysqlErrno(error) === duplicateKey ? new Problem('conflict') : error
    })
}

async function authenticate(headers: NodeJS.Dict<string | string[]>): Promise<Identity> {
  const account = Number(/^Bearer (\d+)$/.exec(String(headers['authorization']))?.[1]) as AccountId
  const session = 'session' as SessionId
  return { type: 'signed_in', by: 'bearer', viewer: { account, session, username: 'alice', role: 'member' } }
}

let lastAccount = 0

/** Somebody new, in front of a server of her own with its own connection to Redis. */
async function arrive(t: ExecutionContext, faults: Faults = {}, account = (lastAccount += 1)) {
  const { sql, config, log } = world()
  const redis = connectFor('commands', config.REDIS_URL)
  t.teardown(() => closeRedis(redis))
  await redis.ping().catch(() => undefined)
  const { origin } = await serve(t, {
    routes: noteRoutes(sql, faults),
    authenticate,
    idempotency: { sql, redis, log },
  })
  const post = async (key: string | undefined, body: unknown, path = '/v1/notes') => {
    const isText = typeof body === 'string'
    const headers = {
      'content-type': isText ? 'text/plain' : 'application/json',
      authorization: `Bearer ${account}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    }
    const answer = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers,
      body: isText ? body : JSON.stringify(body),
    })
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> }
  }
  return { account, redis, post }
}

async function notesSaying(said: string): Promise<number> {
  return (await world().sql('notes').where({ text: said })).length
}

/** A promise that never resolves, and another that says when somebody waits for it. */
function deadEnd() {
  const reached = Promise.withResolvers<void>()
  return {
    reached: reached.promise,
    enter(): Promise<never> {
      reached.resolve()
      return new Promise(() => undefined)
    },
  }
}

test.serial(
  'a request that comes again with its key is answered as the first time, and nothing is created twice',
  async (t) => {
    const alice = await arrive(t)

    const first = await alice.post('key-1', { text: 'once' })
    const again = await alice.post('key-1', { text: 'once' })

    t.is(first.status, 201)
    t.is(first.headers.get('idempotency-replayed'), null)
    t.is(again.status, 201)
    t.deepEqual(again.body, first.body)
    t.is(again.headers.get('location'), first.headers.get('location'))
    t.is(again.headers.get('idempotency-replayed'), 'true')
    t.is(await notesSaying('once'), 1)
  },
)

test.serial('without a key every request creates', async (t) => {
  const alice = await arrive(t)

  await alice.post(undefined, { text: 'keyless' })
  await alice.post(undefined, { text: 'keyless' })

  t.is(await notesSaying('keyless'), 2)
})

test.serial('the same key with another body, or at another place, is refused', async (t) => {
  const alice = await arrive(t)
  await alice.post('key', { text: 'mine' })

  const otherBody = await alice.post('key', { text: 'mine too' })
  const otherPlace = await alice.post('key', { text: 'mine' }, '/v1/folders/1/notes')
  await alice.post('folder', { text: 'filed' }, '/v1/folders/1/notes')
  const otherFolder = await alice.post('folder', { text: 'filed' }, '/v1/folders/2/notes')

  for (const answer of [otherBody, otherPlace, otherFolder]) {
    t.is(answer.status, 422)
    t.is(answer.body['code'], 'key_reused')
  }
  t.is(await notesSaying('mine too'), 0)
  t.is(await notesSaying('filed'), 1)
})

test.serial('two people may use the same key, and a key has its exact spelling', async (t) => {
  const alice = await arrive(t)
  const bob = await arrive(t)

  const answers = [
    await alice.post('Shared', { text: 'ours' }),
    await bob.post('Shared', { text: 'ours' }),
    await alice.post('shared', { text: 'ours' }),
  ]

  t.is(new Set(answers.map(({ body }) => body['id'])).size, 3)
})

test.serial('a refusal is not remembered: the key may be tried again with something better', async (t) => {
  const alice = await arrive(t)

  const refused = await alice.post('retry', { text: 'rude' })
  const wrong = await alice.post('retry', { text: '' })
  const better = await alice.post('retry', { text: 'polite' })

  t.is(refused.status, 409)
  t.is(wrong.status, 422)
  t.is(better.status, 201)
})

test.serial('a key has 1 to 255 printable ASCII characters', async (t) => {
  const alice = await arrive(t)
  const longest = 'k'.repeat(255)

  const fits = await alice.post(longest, { text: 'long key' })
  const repeated = await alice.post(longest, { text: 'long key' })
  const tooLong = await alice.post(`${longest}k`, { text: 'longer key' })
  const empty = await alice.post('', { text: 'no key' })
  const accented = await alice.post('clé', { text: 'accented key' })

  t.deepEqual([fits.status, repeated.status], [201, 201])
  for (const { status, body } of [tooLong, empty, accented]) {
    t.is(status, 422)
    t.is(body['code'], 'bad_input')
  }
  t.deepEqual(
    [await notesSaying('longer key'), await notesSaying('no key'), await notesSaying('accented key')],
    [0, 0, 0],
  )
})

test.serial('what was created before the process died is answered by another process', async (t) => {
  const grave = deadEnd()
  const dying = await arrive(t, { afterCommit: grave.enter })
  const living = await arrive(t, {}, dying.account)
  void dying.post('died-late', { text: 'committed' }).catch(() => undefined)
  await grave.reached

  const again = await living.post('died-late', { text: 'committed' })

  t.is(again.status, 201)
  t.is(again.headers.get('idempotency-replayed'), 'true')
  t.is(await notesSaying('committed'), 1)
})

test.serial(
  'while the first is running a repeat is told to wait; if that process died, the marker goes and the repeat creates',
  async (t) => {
    const open = Promise.withResolvers<void>()
    const grave = deadEnd()
    const dying = await arrive(t, {
      async beforeCommit() {
        void grave.enter()
        await open.promise
        throw new Error('the connection is gone')
      },
    })
    const living = await arrive(t, {}, dying.account)
    const lost = dying.post('died-early', { text: 'rolled back' })
    await grave.reached

    const meanwhile = await living.post('died-early', { text: 'rolled back' })
    const [marker = ''] = await living.redis.keys('idempotency:running:*:died-early')
    const restMs = await living.redis.pttl(marker)
    open.resolve()
    await lost
    const after = await living.post('died-early', { text: 'rolled back' })

    t.is(meanwhile.status, 409)
    t.is(meanwhile.body['code'], 'key_in_use')
    t.is(meanwhile.headers.get('retry-after'), '1')
    t.true(restMs > 0 && restMs <= 30_000, String(restMs))
    t.is(after.status, 201)
    t.is(after.headers.get('idempotency-replayed'), null)
    t.is(await notesSaying('rolled back'), 1)
  },
)

test.serial('of twenty at once on two servers one creates, and all end with its answer', async (t) => {
  const one = await arrive(t)
  const two = await arrive(t, {}, one.account)
  const insist = (server: typeof one) =>
    eventually(async () => {
      const answer = await server.post('at-once', { text: 'crowd' })
      return answer.status === 409 ? undefined : answer
    })

  const answers = await Promise.all(Array.from({ length: 20 }, (_, nth) => insist(nth % 2 === 0 ? one : two)))

  t.deepEqual([...new Set(answers.map(({ status }) => status))], [201])
  t.is(new Set(answers.map(({ body }) => body['id'])).size, 1)
  t.is(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null).length, 1)
  t.is(await notesSaying('crowd'), 1)
})

test.serial('a repeat that no marker held back is not refused for what the first has taken', async (t) => {
  const held = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const beforeCommit = async (): Promise<void> => {
    reached.resolve()
    await held.promise
  }
  const one = await arrive(t, { beforeCommit })
  const two = await arrive(t, {}, one.account)
  const first = one.post('place', { text: 'last place' })
  await reached.promise
  // Redis starts anew, with nothing of what it held.
  await two.redis.flushall()
  const repeat = two.post('place', { text: 'last place' })
  await eventually(async () => (await two.redis.keys('idempotency:*')).length > 0)
  held.resolve()

  const answers = await Promise.all([first, repeat])
  const other = await two.post('another place', { text: 'last place' })

  t.deepEqual(
    answers.map(({ status, body }) => [status, body['id']]),
    [201, 201].map((status) => [status, answers[0].body['id']]),
  )
  t.is(answers[1].headers.get('idempotency-replayed'), 'true')
  t.is(await notesSaying('last place'), 1)
  t.is(other.body['code'], 'conflict', 'under another key it is another request')
})

test.serial('an upload is known by its content', async (t) => {
  const alice = await arrive(t)

  const first = await alice.post('file', 'the content', '/v1/files')
  const again = await alice.post('file', 'the content', '/v1/files')
  const other = await alice.post('file', 'other content', '/v1/files')

  t.is(first.status, 201)
  t.deepEqual(again.body, first.body)
  t.is(again.headers.get('idempotency-replayed'), 'true')
  t.is(other.body['code'], 'key_reused')
})

test.serial('after a day a key is forgotten, not before', async (t) => {
  const alice = await arrive(t)
  const age = (key: string, hours: string) =>
    world().sql.raw(
      `UPDATE idempotency_keys SET created_at = CURRENT_TIMESTAMP(3) - INTERVAL ? HOUR_SECOND WHERE idempotency_key = ?`,
      [hours, key],
    )
  await alice.post('yesterday', { text: 'yesterday' })
  await alice.post('today', { text: 'today' })
  await age('yesterday', '24:00:05')
  await age('today', '23:59:30')

  const swept = await sweepIdempotencyKeys(world().sql)
  const yesterday = await alice.post('yesterday', { text: 'yesterday' })
  const today = await alice.post('today', { text: 'today' })

  t.is(swept, 1)
  t.is(yesterday.headers.get('idempotency-replayed'), null)
  t.is(today.headers.get('idempotency-replayed'), 'true')
  t.deepEqual([await notesSaying('yesterday'), await notesSaying('today')], [2, 1])
})

test.serial('an idempotent route without anything to remember by is not served at all', async (t) => {
  await t.throwsAsync(serve(t, { routes: noteRoutes(world().sql, {}) }), { message: /cannot be idempotent/ })
})

test.serial('without Redis the key alone decides between two at once', async (t) => {
  await world().redis.kill()
  const [one, two] = [await arrive(t), await arrive(t)]
  const second = { ...two, ...(await arrive(t, {}, one.account)) }

  const answers = await Promise.all([
    one.post('dark', { text: 'dark' }),
    second.post('dark', { text: 'dark' }),
    one.post('dark', { text: 'dark' }),
  ])
  const other = await second.post('dark', { text: 'darker' })

  t.deepEqual(
    answers.map(({ status }) => status),
    [201, 201, 201],
  )
  t.is(new Set(answers.map(({ body }) => body['id'])).size, 1)
  t.is(await notesSaying('dark'), 1)
  t.is(other.body['code'], 'key_reused')
})
