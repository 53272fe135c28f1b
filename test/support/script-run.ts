import assert from 'node:assert/strict'
import { allHold } from '../../proof/model/rules.ts'
import * as model from '../../proof/model/redis.ts'
import * as buffer from '../../src/ledger/buffer.ts'
import { closedPayload } from '../../src/ledger/closed-entry.ts'
import { systemSender } from '../../src/ledger/index.ts'
import type { MembershipChange, RuleChange, Taking } from '../../src/ledger/index.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import type { Redis } from '../../src/platform/redis.ts'
import { alice, bob } from './ledger.ts'
import { RoomModel } from './room-model.ts'
import type { Said } from './room-model.ts'

export interface Spoken {
  sender: AccountId
  id: string
  isLookedUp: boolean
  takes?: Taking
  membership?: MembershipChange
  rules?: RuleChange
}

/** One call of a script, or something that happens to Redis. Epochs and seqs are relative to what the room is at. */
export type Step =
  | { type: 'append'; batch: Spoken[]; isOverBudget: boolean; isOld: boolean }
  | { type: 'peek'; after: number; limit: number }
  | { type: 'trim'; epochOff: number; seq: number }
  | { type: 'hold'; epochOff: number }
  | { type: 'rebase'; epochOff: number; unstored: number; isClosed: boolean }
  /** All that is buffered is in MySQL, and leaves. */
  | { type: 'store' }
  | { type: 'close' | 'sleep' | 'leave' | 'retire' | 'earlier version' | 'restart' | 'flushall' }

/** Takes the same steps in Redis and in the model of a room, and compares everything that can be seen. Alice and bob are in. */
export class ScriptRun {
  readonly #redis: Redis
  readonly #room: RoomId
  readonly #model = new RoomModel()

  private constructor(redis: Redis, room: RoomId) {
    this.#redis = redis
    this.#room = room
  }

  static async of(redis: Redis, room: RoomId): Promise<ScriptRun> {
    const run = new ScriptRun(redis, room)
    await run.#hold(1)
    await run.#rebase({ epoch: 1, isClosed: false, storedSeq: 0 })
    return run
  }

  async take(step: Step): Promise<void> {
    await this.#do(step)
    await this.#peek({ after: 0, limit: 100 })
    await this.#compareMarks()
  }

  get #epoch(): number {
    return this.#model.room?.epoch ?? 0
  }

  #do(step: Step): Promise<void> {
    switch (step.type) {
      case 'append':
        return this.#append(step.batch, { isOverBudget: step.isOverBudget, isOld: step.isOld })
      case 'peek':
        return this.#peek(step)
      case 'trim':
        return this.#trim(this.#epoch + step.epochOff, step.seq)
      case 'store':
        return this.#trim(this.#epoch, this.#model.head)
      case 'hold':
        return this.#hold(Math.max(this.#epoch, this.#model.room?.hold ?? 0) + step.epochOff)
      case 'rebase': {
        const { room, head } = this.#model
        const storedSeq = Math.max(room?.base ?? 0, head - step.unstored)
        return this.#rebase({ ...step, epoch: (room?.hold ?? this.#epoch) + step.epochOff, storedSeq })
      }
      case 'close':
        return this.#close()
      case 'sleep':
        return this.#sleep()
      case 'leave':
        return this.#leave()
      case 'retire':
        return this.#retire()
      case 'earlier version':
        return this.#earlierVersion()
      case 'restart':
        return this.#restart()
      case 'flushall':
        return this.#flushAll()
      default:
        return step satisfies never
    }
  }

  async #append(spoken: readonly Spoken[], how: { isOverBudget: boolean; isOld: boolean }): Promise<void> {
    const { room } = this.#model
    const token = room === undefined ? '' : model.tokenOf(room)
    const batch: Said[] = spoken.map(({ isLookedUp, ...entry }) => ({
      entry: { ...entry, kind: 'text', payload: Buffer.from(JSON.stringify(entry.id)) },
      lookedUp: isLookedUp ? token : undefined,
    }))
    const limits = { maxEntries: 12, maxBytes: 2000, sentMaxIds: 3, ...how }
    const reply = await buffer.append(this.#redis, this.#room, batch, {
      ...limits,
      sentMaxMs: how.isOld ? 0 : 3_600_000,
    })
    const bytesBefore = this.#model.bytes
    const answers = this.#model.append(batch, limits, reply.type === 'ok' ? reply.answers : [])
    if (reply.type !== 'ok') return assert.equal(reply.type, answers)
    assert.deepEqual(
      {
        ...reply,
        answers: reply.answers.map((answer) => (answer.type === 'early' ? { ...answer, retryMs: 0 } : answer)),
      },
      {
        ...{ type: 'ok', head: { epoch: this.#epoch, seq: this.#model.head }, token, answers },
        ...{ buffered: this.#model.room?.entries.length, bufferedBytes: this.#model.bytes },
        addedBytes: this.#model.bytes - bytesBefore,
      },
    )
  }

  async #peek(slice: { after: number; limit: number }): Promise<void> {
    const peek = await buffer.peek(this.#redis, this.#room, slice)
    const expected = model.peek(this.#model.redis, slice, allHold)
    if (peek.type !== 'ok' || expected.type !== 'ok') return assert.equal(peek.type, expected.type)
    const { type, epoch, state, base, head, digest, entries } = peek
    assert.deepEqual({ type, epoch, isClosed: state === 'closed', base, head, digest }, withoutEntries(expected))
    assert.deepEqual(
      entries.map(({ target: _target, erases: _erases, payload: _payload, ...entry }) => entry),
      expected.entries.filter((entry) => entry.seq > slice.after).slice(0, slice.limit),
    )
    for (const { payload, hash } of entries) assert.equal(this.#model.remember(payload), hash)
  }

  async #trim(epoch: number, seq: number): Promise<void> {
    const left = await buffer.trim(this.#redis, this.#room, { epoch, seq })
    const expected = model.trim(this.#model.redis, { epoch, seq, count: 0 }, allHold)
    assert.deepEqual(left, expected.type === 'ok' ? { ...expected, bytes: this.#model.bytes } : expected)
  }

  async #hold(epoch: number): Promise<void> {
    const { type } = await buffer.hold(this.#redis, this.#room, epoch)
    assert.equal(type, model.hold(this.#model.redis, epoch, allHold).type)
  }

  async #rebase(to: { epoch: number; isClosed: boolean; storedSeq: number }): Promise<void> {
    const { run } = await buffer.look(this.#redis, this.#room)
    const members = [alice, bob].map((account) => ({ account, version: 1, isIn: true }))
    const roster = { rules: { speak: 'members', paceMs: 0, version: 0 }, version: 2, members } as const
    const digest = this.#model.digestAt(to.storedSeq)
    const answer = await buffer.rebase(this.#redis, this.#room, {
      ...{ run, epoch: to.epoch, state: to.isClosed ? 'closed' : 'open', storedSeq: to.storedSeq, at: 0 },
      ...{ digest, roster: { ...roster, members } },
    })
    const own = String(this.#model.redis.run)
    assert.equal(answer, model.rebase(this.#model.redis, { ...to, run: own, digest }, allHold))
    if (answer === 'ok') this.#model.install(roster)
  }

  async #close(): Promise<void> {
    const payload = closedPayload(alice)
    const closing = await buffer.close(this.#redis, this.#room, payload)
    const peek = await buffer.peek(this.#redis, this.#room, { after: 0, limit: 0 })
    const at = peek.type === 'ok' ? peek.at : 0
    const entry = { at, sender: systemSender, id: '!closed', kind: 'closed', hash: this.#model.remember(payload) }
    const wasClosed = this.#model.room?.isClosed
    assert.deepEqual(closing, model.close(this.#model.redis, entry, allHold))
    const last = this.#model.room?.entries.at(-1)
    if (closing.type === 'ok' && wasClosed !== true && last !== undefined) this.#model.note(last)
  }

  async #sleep(): Promise<void> {
    const to = { epoch: this.#epoch, hold: this.#epoch + 1 }
    const answer = await buffer.sleep(this.#redis, this.#room, { ...to, idleMs: 0 })
    assert.equal(answer, model.sleep(this.#model.redis, to, allHold))
  }

  async #leave(): Promise<void> {
    const heldFor = this.#epoch + 1
    await buffer.leave(this.#redis, this.#room, heldFor)
    model.leave(this.#model.redis, heldFor, allHold)
    if (this.#model.room === undefined) this.#model.forgetMembers()
  }

  async #retire(): Promise<void> {
    const epoch = this.#epoch
    const answer = await buffer.retire(this.#redis, this.#room, { epoch, rememberSeconds: 100 })
    assert.equal(answer, model.retire(this.#model.redis, epoch, allHold))
    if (answer === 'ok') this.#model.forgetMembers()
  }

  /** One that does not know the times of ids was at work: what it leaves is not of where the room is now. It has kept ids, so they are of some time. */
  async #earlierVersion(): Promise<void> {
    const { room, redis } = this.#model
    const isKnown = Object.keys({ ...room?.sent, ...room?.older }).length > 0
    if (room?.run === undefined || !isKnown) return
    await this.#redis.hset(buffer.keys.meta(this.#room), 'newest', '1000000:0:0:0')
    redis.room = model.uncounted(room)
  }

  /** A new incarnation, seen from the room: what it was written under is another one. */
  async #restart(): Promise<void> {
    const { room, redis } = this.#model
    if (room?.run === undefined) return
    await this.#redis.hset(buffer.keys.meta(this.#room), 'run', 'an earlier one')
    redis.room = { ...room, run: 0 }
  }

  async #flushAll(): Promise<void> {
    await this.#redis.flushall()
    this.#model.wipe()
  }

  /** What the sweepers and the cap go by. */
  async #compareMarks(): Promise<void> {
    if (model.undecided(this.#model.redis, allHold) !== undefined) return
    const bytes = await this.#redis.hget(buffer.keys.meta(this.#room), 'bytes')
    const mark = await this.#redis.zscore(buffer.keys.dirty(this.#room), String(this.#room))
    assert.equal(Number(bytes), this.#model.bytes)
    assert.equal(mark !== null, (this.#model.room?.entries.length ?? 0) > 0)
  }
}

function withoutEntries({ entries: _entries, ...slice }: model.Slice): Omit<model.Slice, 'entries'> {
  return slice
}
