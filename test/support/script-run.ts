import assert from 'node:assert/strict'
import * as buffer from '../../src/ledger/buffer.ts'
import type { Peek } from '../../src/ledger/buffer.ts'
import { closedPayload } from '../../src/ledger/closed-entry.ts'
import { systemSender } from '../../src/ledger/index.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import type { Redis } from '../../src/platform/redis.ts'
import { alice, bob } from './ledger.ts'
import { RoomModel } from './room-model.ts'

export interface Spoken {
  sender: AccountId
  id: string
  isLookedUp: boolean
}

/** One call of a script, or something that happens to Redis. Epochs and seqs are relative to what the room is at. */
export type Step =
  | { type: 'append'; batch: Spoken[] }
  | { type: 'peek'; after: number; limit: number }
  | { type: 'trim'; epochOff: number; seq: number }
  | { type: 'hold'; epochOff: number }
  | { type: 'rebase'; epochOff: number; unstored: number; isClosed: boolean }
  | { type: 'close' | 'sleep' | 'leave' | 'retire' | 'restart' | 'flushall' }

interface Beginning {
  epoch: number
  isClosed: boolean
  storedSeq: number
}

/** Takes the same steps in Redis and in the model of a room, and compares everything that can be seen. Alice and bob are in. */
export class ScriptRun {
  readonly #redis: Redis
  readonly #room: RoomId
  readonly #model = new RoomModel({ maxEntries: 12, sentMaxIds: 3 }, [alice, bob])

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

  #do(step: Step): Promise<void> {
    const model = this.#model
    switch (step.type) {
      case 'append':
        return this.#append(step.batch)
      case 'peek':
        return this.#peek(step)
      case 'trim':
        return this.#trim(model.epoch + step.epochOff, step.seq)
      case 'hold':
        return this.#hold(Math.max(model.epoch, model.hold ?? 0) + step.epochOff)
      case 'rebase': {
        const storedSeq = Math.max(model.base, model.head - step.unstored)
        return this.#rebase({ ...step, epoch: (model.hold ?? model.epoch) + step.epochOff, storedSeq })
      }
      case 'close':
        return this.#close()
      case 'sleep':
        return this.#sleep()
      case 'leave':
        return this.#leave()
      case 'retire':
        return this.#retire()
      case 'restart':
        return this.#restart()
      case 'flushall':
        return this.#flushAll()
      default:
        return step satisfies never
    }
  }

  async #append(spoken: readonly Spoken[]): Promise<void> {
    const model = this.#model
    const { token } = model
    const batch = spoken.map((each) => ({ ...each, payload: Buffer.from(JSON.stringify(each.id)) }))
    const candidates = batch.map(({ sender, id, payload, isLookedUp }) => ({
      entry: { sender, id, kind: 'text', payload },
      lookedUp: isLookedUp ? token : undefined,
    }))
    const limits = { ...model.limits, maxBytes: 1_000_000, sentMaxMs: 3_600_000, isOverBudget: false }
    const reply = await buffer.append(this.#redis, this.#room, candidates, limits)
    if (reply.type !== 'ok') return assert.equal(reply.type, model.undecided)
    assert.equal(model.undecided, undefined)
    const answers = model.append(batch, reply.answers)
    assert.deepEqual(reply, {
      ...{ type: 'ok', head: { epoch: model.epoch, seq: model.head }, token, answers },
      ...{ buffered: model.entries.length, bufferedBytes: model.bytes },
    })
  }

  async #peek(slice: { after: number; limit: number }): Promise<void> {
    const model = this.#model
    const peek = await buffer.peek(this.#redis, this.#room, slice)
    if (peek.type !== 'ok') return assert.equal(peek.type, model.undecided)
    const { epoch, state, base, head, digest, entries } = peek
    assert.equal(model.undecided, undefined)
    assert.deepEqual(
      { epoch, isClosed: state === 'closed', base, head, digest },
      { epoch: model.epoch, isClosed: model.isClosed, base: model.base, head: model.head, digest: model.digest },
    )
    assert.deepEqual(
      entries.map(({ target: _target, erases: _erases, ...entry }) => entry),
      model.entries.filter((entry) => entry.seq > slice.after).slice(0, slice.limit),
    )
  }

  async #trim(epoch: number, seq: number): Promise<void> {
    const model = this.#model
    const { type } = await buffer.trim(this.#redis, this.#room, { epoch, seq })
    const isStale = epoch !== model.epoch || seq > model.head
    assert.equal(type, model.undecided ?? (isStale ? 'stale' : 'ok'))
    if (type === 'ok') model.trim(seq)
  }

  async #hold(epoch: number): Promise<void> {
    const model = this.#model
    const { type } = await buffer.hold(this.#redis, this.#room, epoch)
    const isLate = epoch <= Math.max(model.isAbsent ? 0 : model.epoch, model.hold ?? 0)
    assert.equal(type, isLate ? 'late' : 'ok')
    if (!isLate) model.hold = epoch
  }

  async #rebase(to: Beginning): Promise<void> {
    const model = this.#model
    const { run } = await buffer.look(this.#redis, this.#room)
    const members = [alice, bob].map((account) => ({ account, version: 1, isIn: true }))
    const answer = await buffer.rebase(this.#redis, this.#room, {
      ...{ run, epoch: to.epoch, state: to.isClosed ? 'closed' : 'open', storedSeq: to.storedSeq, at: 0 },
      digest: model.digestAt(to.storedSeq),
      roster: { rules: { speak: 'members', paceMs: 0, version: 0 }, version: 2, members },
    })
    const isInstalled = model.hold === to.epoch && (model.isAbsent || model.epoch !== to.epoch)
    assert.equal(answer, isInstalled ? 'ok' : 'stale')
    if (isInstalled) model.rebase(to)
  }

  async #close(): Promise<void> {
    const model = this.#model
    const payload = closedPayload(alice)
    const closing = await buffer.close(this.#redis, this.#room, payload)
    if (closing.type !== 'ok') return assert.equal(closing.type, model.undecided)
    assert.equal(model.undecided, undefined)
    if (!model.isClosed) {
      const { at } = (await buffer.peek(this.#redis, this.#room, { after: 0, limit: 0 })) as Peek
      model.push({ sender: systemSender, id: '!closed', kind: 'closed', payload }, at)
      model.isClosed = true
    }
    assert.deepEqual([closing.last, closing.digest], [{ epoch: model.epoch, seq: model.head }, model.digest])
  }

  async #sleep(): Promise<void> {
    const model = this.#model
    const hold = model.epoch + 1
    const answer = await buffer.sleep(this.#redis, this.#room, { epoch: model.epoch, idleMs: 0, hold })
    const mayRest = !model.isClosed && model.head === model.base
    assert.equal(answer, model.undecided ?? (mayRest ? 'ok' : 'awake'))
    if (answer === 'ok') model.hold = hold
  }

  async #leave(): Promise<void> {
    const heldFor = this.#model.epoch + 1
    await buffer.leave(this.#redis, this.#room, heldFor)
    if (this.#model.hold === heldFor) this.#model.vanish()
  }

  async #retire(): Promise<void> {
    const model = this.#model
    const answer = await buffer.retire(this.#redis, this.#room, { epoch: model.epoch, rememberSeconds: 100 })
    const mayRetire = model.isClosed && model.head === model.base
    assert.equal(answer, model.undecided ?? (mayRetire ? 'ok' : 'stale'))
    if (answer === 'ok') model.retire()
  }

  async #restart(): Promise<void> {
    if (this.#model.isAbsent) return
    await this.#redis.hset(buffer.keys.meta(this.#room), 'run', 'an earlier one')
    this.#model.isOfThisRun = false
  }

  async #flushAll(): Promise<void> {
    await this.#redis.flushall()
    this.#model.vanish()
  }

  /** What the sweepers and the cap go by. */
  async #compareMarks(): Promise<void> {
    if (this.#model.undecided !== undefined) return
    const bytes = await this.#redis.hget(buffer.keys.meta(this.#room), 'bytes')
    const mark = await this.#redis.zscore(buffer.keys.dirty(this.#room), String(this.#room))
    assert.equal(Number(bytes), this.#model.bytes)
    assert.equal(mark !== null, this.#model.entries.length > 0)
  }
}
