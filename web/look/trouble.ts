import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { Queue } from 'bullmq'
import type { APIRequestContext } from 'playwright-core'
import { connectMysql } from '../../src/platform/mysql.ts'
import { queuePrefix } from '../../src/platform/queue.ts'
import { closeRedis, connectRedis } from '../../src/platform/redis.ts'
import type { Closing } from '../src/api/types.ts'

/** Where a stack keeps what it keeps. */
export interface Backing {
  databaseUrl: string
  redisUrl: string
}

export interface Hands {
  address: string
  alice: APIRequestContext
  admin: APIRequestContext
}

const patienceMs = 60_000

/** What admins look after, as it comes with the years: acts on record, a room that somebody's hand has damaged, a job that failed. Answers the room. */
export async function makeTrouble(backing: Backing, hands: Hands): Promise<string> {
  await actAsAdmin(hands)
  const room = await closedRoom(hands)
  await damage(backing, hands, room)
  await leaveFailedJob(backing, {
    ...{ queue: 'flush-rooms', data: { room: Number(room), requestId: randomUUID() } },
    reason: "The table 'messages' is full",
  })
  return room
}

async function ask<Answer>(
  { address }: Hands,
  who: APIRequestContext,
  line: string,
  data?: Record<string, unknown>,
): Promise<Answer> {
  const [method = '', path = ''] = line.split(' ')
  const answer = await who.fetch(path, {
    ...{ method, headers: { origin: address } },
    ...(data === undefined ? {} : { data }),
  })
  if (!answer.ok()) throw new Error(`${line}: ${answer.status()} ${await answer.text()}`)
  const text = await answer.text()
  return (text === '' ? undefined : JSON.parse(text)) as Answer
}

async function actAsAdmin(hands: Hands): Promise<void> {
  const { items } = await ask<{ items: { id: string }[] }>(hands, hands.admin, 'GET /v1/rooms?kind=lobby')
  for (const role of ['mentor', 'member']) {
    await ask(hands, hands.admin, 'PUT /v1/admin/people/carol/role', { role })
  }
  for (const method of ['PUT', 'DELETE']) {
    await ask(hands, hands.admin, `${method} /v1/rooms/${items[0]?.id}/bans/carol`)
  }
}

/** Alice's, closed by the admin. */
async function closedRoom(hands: Hands): Promise<string> {
  const settings = { name: '옥상 텃밭', topic: '무엇을 심을까요', seats: 10 }
  const { id } = await ask<{ id: string }>(hands, hands.alice, 'POST /v1/rooms', settings)
  for (const body of ['상추부터 심을까요?', '토마토도 좋아요', '물은 누가 줄까요?', '제가 아침마다 줄게요']) {
    await ask(hands, hands.alice, `POST /v1/rooms/${id}/messages`, { id: randomUUIDv7(), body })
  }
  await ask(hands, hands.admin, `POST /v1/rooms/${id}/close`)
  await untilState(hands, id, 'sealed')
  return id
}

/** One row says something else, and one is gone: the next look at the room finds that. */
async function damage({ databaseUrl }: Backing, hands: Hands, room: string): Promise<void> {
  const sql = connectMysql({ url: databaseUrl, poolMax: 1, acquireTimeoutMs: 10_000 })
  try {
    const rows = sql('messages').where({ room_id: room })
    await rows
      .clone()
      .where({ seq: 3 })
      .update({ payload: Buffer.from('{"body":"고추가 좋아요"}') })
    await rows.clone().where({ seq: 5 }).delete()
    await sql('end_room').where({ room_id: room }).update({ state: 'quarantined' })
  } finally {
    await sql.destroy()
  }
  await ask(hands, hands.admin, `POST /v1/admin/closings/${room}/retry`)
  await untilState(hands, room, 'quarantined')
}

async function untilState(hands: Hands, room: string, state: Closing['state']): Promise<void> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const closing = await ask<Closing>(hands, hands.admin, `GET /v1/rooms/${room}/closing`)
    if (closing.state === state) return
    if (performance.now() > deadline) throw new Error(`room ${room} is ${closing.state} and not ${state}`)
    await setTimeout(100)
  }
}

/** A job as a worker leaves it whose work threw three times; no worker takes it before somebody retries it. Answers its id. */
export async function leaveFailedJob(
  { redisUrl }: Pick<Backing, 'redisUrl'>,
  { queue: name, data, reason }: { queue: string; data: Record<string, unknown>; reason: string },
): Promise<string> {
  const redis = connectRedis({ url: redisUrl, purpose: 'commands', name: 'look', onError: () => undefined })
  const queue = new Queue(name, {
    connection: { url: redisUrl, protocol: 2 },
    prefix: queuePrefix,
    skipVersionCheck: true,
  })
  try {
    const { id = '' } = await queue.add(name, data, { delay: 86_400_000, attempts: 3, removeOnComplete: true })
    const now = Date.now()
    await redis.hset(queue.toKey(id), {
      failedReason: reason,
      processedOn: now - 40,
      finishedOn: now,
      atm: 3,
      delay: 0,
    })
    await redis.zadd(queue.toKey('failed'), now, id)
    await redis.zrem(queue.toKey('delayed'), id)
    return id
  } finally {
    await queue.close()
    await closeRedis(redis)
  }
}
