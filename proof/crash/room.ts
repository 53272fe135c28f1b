import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { judge, readTranscript } from '../../src/commands/replay/judge.ts'
import type { StoredLine } from '../../src/commands/replay/judge.ts'
import type { Saying } from '../../src/commands/replay/outbox.ts'
import type { RoomSession } from '../../src/commands/replay/room-session.ts'
import { readEvidence } from '../../src/commands/verify/evidence.ts'
import { verifyEvidence } from '../../src/commands/verify/verdict.ts'
import { keys } from '../../src/ledger/buffer.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import type { Redis } from '../../src/platform/redis.ts'
import { papersOf } from '../../test/support/clients.ts'
import { connectFor } from '../../test/support/connections.ts'
import { eventually } from '../../test/support/eventually.ts'
import type { ServerName } from '../../test/support/stack.ts'
import { toldOf } from '../../test/support/told.ts'
import type { Caller } from './company.ts'
import type { Lab } from './lab.ts'
import type { Known } from './memory.ts'
import { patienceMs } from '../../test/support/patience.ts'

interface SaidLine {
  id: string
  body: string
  media?: readonly { id: string; alt: string }[]
}

/** A room in which alice speaks, and bob and carol listen over Nginx, wherever it leads them. */
export class CrashRoom {
  readonly id: string
  readonly #lab: Lab
  readonly #listeners: { who: string; session: RoomSession }[]
  /** What they were told of what they said, each in the order of saying it. */
  readonly #spoken = new Map<Caller, Saying[]>()
  #ended: StoredLine[] = []

  private constructor(lab: Lab, id: string, listeners: { who: string; session: RoomSession }[]) {
    this.#lab = lab
    this.id = id
    this.#listeners = listeners
  }

  /** With two lines in it that are acknowledged. */
  static async open(lab: Lab): Promise<CrashRoom> {
    const answer = await lab.company.mentor.ask('server-2', 'POST /v1/rooms', {
      body: { name: 'yard', topic: '', seats: 10 },
      headers: { 'idempotency-key': randomUUID() },
    })
    if (answer === 'unknown' || answer.status !== 201) throw new Error(`no room: ${JSON.stringify(answer)}`)
    const room = await CrashRoom.of(lab, String(answer.body['id']))
    await room.say('first', 'server-1')
    await room.say('second', 'server-2')
    return room
  }

  /** A room that is open already; its listeners hear it from the first entry on. */
  static async of(lab: Lab, id: string): Promise<CrashRoom> {
    const { alice, bob, carol } = lab.company
    for (const who of [alice, bob, carol]) await who.askAgain('server-2', `PUT /v1/rooms/${id}/members/me`)
    const listeners = await Promise.all(
      [bob, carol].map(async ({ username, visitor }) => ({ who: username, session: await visitor.join(id) })),
    )
    return new CrashRoom(lab, id, listeners)
  }

  get number(): RoomId {
    return Number(this.id) as RoomId
  }

  /** The lines of the transcript, once the room has ended. */
  get ended(): readonly StoredLine[] {
    return this.#ended
  }

  /** Somebody (alice) says something and is told that it is kept. */
  async say(body: string, server: ServerName = 'server-2', who = this.#lab.company.alice): Promise<void> {
    await this.sayAgain({ id: randomUUIDv7(), body }, 'unknown', server, who)
  }

  /** Says something, once, and is told or not. */
  async trySaying(line: SaidLine, server: ServerName, who = this.#lab.company.alice): Promise<Known<Saying['place']>> {
    const answer = await who.tell(server, { type: 'send', room: this.id, ...line })
    if (answer === 'unknown') return 'unknown'
    if (answer.type !== 'ack') throw new Error(`not kept: ${JSON.stringify(answer)}`)
    return { epoch: Number(answer['epoch']), seq: Number(answer['seq']) }
  }

  /** Repeats a line of known or unknown outcome until it is known. What was told first must still be so. */
  async sayAgain(
    line: SaidLine,
    first: Known<Saying['place']>,
    server: ServerName,
    who = this.#lab.company.alice,
  ): Promise<void> {
    const place = await eventually(async () => {
      const told = await this.trySaying(line, server, who).catch(() => 'unknown' as const)
      return told !== 'unknown' && told
    }, patienceMs)
    const isSame = first === 'unknown' || (first?.epoch === place?.epoch && first?.seq === place?.seq)
    if (!isSame) throw new Error(`acknowledged at ${JSON.stringify(first)}, then at ${JSON.stringify(place)}`)
    this.#spoken.set(who, [...(this.#spoken.get(who) ?? []), { ...line, place, isStored: false }])
  }

  async close(): Promise<void> {
    await this.#lab.company.mentor.askAgain('server-2', `POST /v1/rooms/${this.id}/close`)
  }

  /** Where the last line of alice stands. */
  get lastPlace(): Saying['place'] {
    return this.#spoken.get(this.#lab.company.alice)?.at(-1)?.place
  }

  /** As if Redis had been restarted since: what it holds of the room was written by an earlier one. */
  async outliveRedis(): Promise<void> {
    await this.withRedis((redis) => redis.hset(keys.meta(this.number), 'run', 'an earlier one'))
  }

  /** As if nobody had said anything for a day. */
  async isIdle(): Promise<void> {
    const { sql } = this.#lab.stack.world
    await this.withRedis((redis) => redis.hset(keys.meta(this.number), 'at', 1, 'turnedAt', 0))
    await sql('ledgers')
      .where({ room_id: this.id })
      .update({ active_at: sql.raw('NOW(3) - INTERVAL 1 DAY') })
  }

  /** As if the minute had passed after which a sweeper stores what no job did. */
  async isOld(): Promise<void> {
    await this.withRedis((redis) => redis.zadd(keys.dirty(this.number), 'XX', 1, this.id))
  }

  async withRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = connectFor('commands', this.#lab.stack.world.config.REDIS_URL)
    try {
      return await work(redis)
    } finally {
      redis.disconnect()
    }
  }

  /** So many lines that a worker is called; resolves when all that was said is in MySQL, and no longer in Redis. */
  async fill(): Promise<void> {
    for (let n = 0; n < 10; n += 1) await this.say(`line ${n}`)
    await eventually(async () => {
      // Again and again: a flush that trims says of the rest how old it is, which is less than a minute.
      await this.isOld()
      return this.withRedis(async (redis) => (await redis.llen(keys.buffer(this.number))) === 0)
    }, patienceMs)
  }

  /** Resolves when everything up to this seq is in MySQL. */
  async stored(seq: number): Promise<void> {
    const { sql } = this.#lab.stack.world
    await eventually(async () => {
      const [row] = await sql('ledgers').where({ room_id: this.id }).select<{ stored_seq: number }[]>('stored_seq')
      return (row?.stored_seq ?? 0) >= seq
    }, patienceMs)
  }

  /** Resolves when a worker has led the closing to its end. */
  async final(): Promise<string> {
    const place = `GET /v1/rooms/${this.id}/closing`
    const clock = setInterval(() => void this.#makeDue().catch(() => undefined), 1000)
    await this.#makeDue()
    return eventually(async () => {
      const { body } = await this.#lab.company.mentor.askAgain('server-2', place)
      return ['sealed', 'suspect', 'quarantined'].includes(String(body['state'])) && String(body['state'])
    }, patienceMs).finally(() => clearInterval(clock))
  }

  /** No sweeper comes to its closing by itself for an hour. */
  async isLeftToTheQueue(): Promise<void> {
    const { sql } = this.#lab.stack.world
    await sql('end_room')
      .where({ room_id: this.id })
      .update({ next_at: sql.raw('NOW(3) + INTERVAL 1 HOUR') })
  }

  /** As if the half minute had passed after which a sweeper comes once more. */
  async isOver(): Promise<void> {
    await this.#makeDue()
  }

  /** Resolves when the closing is in this state. */
  async becomes(state: string): Promise<void> {
    await eventually(async () => (await this.final()) === state, patienceMs)
  }

  /** Why each epoch of the room ended, by its receipt. */
  async causes(): Promise<unknown[]> {
    const answer = await this.#lab.company.mentor.askAgain('server-2', `GET /v1/rooms/${this.id}/receipt`)
    const { epochs } = answer.body['content'] as { epochs: { cause: string }[] }
    return epochs.map(({ cause }) => cause)
  }

  /** Closes the room, if nobody has, and holds everybody's word against the receipt. */
  async mustEndWell(t: ExecutionContext, state = 'sealed'): Promise<void> {
    const { mentor } = this.#lab.company
    const asked = await mentor.askAgain('server-2', `POST /v1/rooms/${this.id}/close`)
    t.is(await this.final(), state)
    const papers = await papersOf(mentor.visitor.person, this.id)
    t.deepEqual(await this.#faultsOf(papers), [])

    const lines = readTranscript(papers.transcript.toString())
    this.#ended = lines
    t.is(asked.body['lastSeq'], lines.length, 'the mentor was told the last seq')
    for (const { session } of this.#listeners) {
      await session.until('the end', () => session.view.isClosed, patienceMs)
    }
    const spoken = [...this.#spoken].map(([{ username, visitor }, sayings]) => ({
      ...{ who: username, account: visitor.person.id, sayings },
    }))
    const heard = this.#listeners.map(({ who, session }) => ({ who, entries: session.view.entries }))
    t.deepEqual(judge({ lines, spoken, heard }), [])
    await this.#mustHaveLeft(t)
    await this.#mustBeTold(t)
  }

  /** The stream was told once that the room is closed, and everybody who stayed was notified once. */
  async #mustBeTold(t: ExecutionContext): Promise<void> {
    const { sql } = this.#lab.stack.world
    const told = (await toldOf(sql, this.id)).filter(
      ({ type, data }) => type === 'room.closed' && data['state'] === 'closed',
    )
    t.is(told.length, 1)
    const count = (table: string, where: Record<string, unknown>) =>
      sql(table).where(where).count<{ n: number }[]>({ n: '*' })
    const [stayed] = await count('room_members', { room_id: this.id, standing: 'stayed' })
    const [noticed] = await count('notifications', { room_id: this.id, type: 'room_closed' })
    t.is(noticed?.n, stayed?.n)
    t.true((stayed?.n ?? 0) >= 4)
  }

  /** As if the seconds had passed after which a sweeper announces what nobody did. */
  async allAnnounced(): Promise<void> {
    const { sql } = this.#lab.stack.world
    const pending = { room_id: this.id, announced: 0 }
    await sql('room_members')
      .where(pending)
      .update({ changed_at: sql.raw('NOW(3) - INTERVAL 1 MINUTE') })
    await eventually(async () => (await sql('room_members').where(pending)).length === 0, patienceMs)
  }

  /** Up to where this person has read the room. */
  async readUpTo({ visitor }: Caller): Promise<number | undefined> {
    const { sql } = this.#lab.stack.world
    const mark = { room_id: this.id, account_id: visitor.person.id }
    const [row] = await sql('read_markers').where(mark).select<{ seq: number }[]>('seq')
    return row?.seq
  }

  /** As if the time had passed for which a worker that died had leased the closing. */
  async #makeDue(): Promise<void> {
    const sql = this.#lab.stack.world.sql
    await sql.raw('UPDATE end_room SET next_at = NOW(3) WHERE room_id = ? AND next_at > NOW(3)', [this.id])
  }

  async #faultsOf({ receipt, transcript, keys: keySet }: Awaited<ReturnType<typeof papersOf>>): Promise<string[]> {
    const folder = await mkdtemp(join(tmpdir(), 'madang-crash-'))
    try {
      const files = { receipt: join(folder, 'r'), transcript: join(folder, 't'), keys: join(folder, 'k') }
      await writeFile(files.receipt, receipt)
      await writeFile(files.transcript, transcript)
      await writeFile(files.keys, keySet)
      const verdict = await verifyEvidence(await readEvidence(files))
      return verdict.type === 'holds' ? [] : [verdict.type, ...verdict.faults]
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** The last worker has looked after the room, and Redis holds nothing of it but that it was. */
  async #mustHaveLeft(t: ExecutionContext): Promise<void> {
    const { sql } = this.#lab.stack.world
    await this.#makeDue()
    await eventually(async () => {
      const [row] = await sql('end_room').where({ room_id: this.id }).select<{ next_at: Date | null }[]>('next_at')
      return row?.next_at === null
    }, patienceMs)
    const left = await this.withRedis((redis) => redis.keys(`*:room:${this.id}:*`))
    t.deepEqual(
      left.filter((key) => key !== keys.meta(this.number)),
      [],
    )
    t.is(await this.withRedis((redis) => redis.zscore(keys.dirty(this.number), this.id)), null)
  }
}
