import { setImmediate as endOfTurn } from 'node:timers/promises'
import { because, causeNow } from '../platform/cause.ts'
import type { Cause } from '../platform/cause.ts'
import { crashPoint } from '../platform/crash-point.ts'
import type { RoomId } from '../platform/ids.ts'
import { isUuidV7 } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Sql } from '../platform/mysql.ts'
import type { Redis } from '../platform/redis.ts'
import type { Span, Tracer } from '../platform/tracing/span.ts'
import { inSpan, tracing } from '../platform/tracing/tracer.ts'
import * as buffer from './buffer.ts'
import type { AppendAnswer, AppendLimits, AppendReply, Candidate } from './buffer.ts'
import { systemSender } from './entry.ts'
import type { NewEntry, Place } from './entry.ts'
import type { Epochs } from './epochs.ts'
import type { AppendOutcome } from './contract.ts'
import { ledgerOf } from './ledger-store.ts'
import type { AppendTally } from './metrics.ts'
import { placesOfIds } from './store.ts'

export interface AppenderParts {
  /** A connection that never repeats a command by itself (see platform/redis.ts). */
  redis: Redis
  sql: Sql
  epochs: Epochs
  limits: Omit<AppendLimits, 'isOverBudget'>
  log: Log
  /** True while Redis as a whole is too full for more messages. */
  isOverBudget: () => boolean
  /** Hears of everything this server acknowledges. */
  onAcked: (room: RoomId, place: Place) => void
  /** Hears how full a room's buffer is after each batch. */
  onBuffered: (room: RoomId, reply: AppendReply) => void
  tally: AppendTally
}

interface Pending extends Candidate {
  /** Of who said it: a batch is sent because of its first. */
  cause: Cause | undefined
  settle: (outcome: AppendOutcome) => void
}

const batchEntries = 500
const mostWaiting = 10_000
/** Epoch changes and look-ups that one batch may need before the room counts as unavailable. */
const mostTries = 8

/**
 * The one way into a room from this server. At most one batch per room is under way; what arrives meanwhile goes with the
 * next one. So a speaker's lines keep their order, and a busy room costs one call for many messages, without any timer.
 */
export class Appender {
  readonly #parts: AppenderParts
  readonly #waiting = new Map<RoomId, Pending[]>()

  constructor(parts: AppenderParts) {
    this.#parts = parts
  }

  append(room: RoomId, entry: NewEntry): Promise<AppendOutcome> {
    if (entry.sender !== systemSender && !isUuidV7(entry.id)) return Promise.resolve({ type: 'bad_id' })
    const cause = causeNow()
    return new Promise((settle) => this.#enqueue(room, { entry, cause, lookedUp: undefined, settle }))
  }

  #enqueue(room: RoomId, pending: Pending): void {
    const waiting = this.#waiting.get(room)
    if (waiting === undefined) {
      const line = [pending]
      this.#waiting.set(room, line)
      void this.#drain(room, line)
    } else if (waiting.length >= mostWaiting) {
      // Not `full`: it may be the repeat of a line that was kept, and then "not kept" would be wrong.
      pending.settle({ type: 'unknown', reason: 'unavailable' })
    } else {
      waiting.push(pending)
    }
  }

  async #drain(room: RoomId, line: Pending[]): Promise<void> {
    while (line.length > 0) {
      // What has come in by now, by whichever sockets, travels together.
      await endOfTurn()
      const batch = line.splice(0, batchEntries)
      if (!(await because(batch[0]?.cause, () => this.#send(room, batch)))) failSendersOf(batch, line)
    }
    this.#waiting.delete(room)
  }

  /** False if the outcome of some entries is unknown. */
  #send(room: RoomId, batch: Pending[]): Promise<boolean> {
    const tracer = tracing()
    if (tracer === undefined) return this.#appendBatch(room, batch)
    return inSpan(spanOf(tracer, room, batch), () => this.#appendBatch(room, batch))
  }

  async #appendBatch(room: RoomId, batch: Pending[]): Promise<boolean> {
    let rest = batch
    try {
      for (let attempt = 0; attempt < mostTries && rest.length > 0; attempt += 1) {
        const limits = { ...this.#parts.limits, isOverBudget: this.#parts.isOverBudget() }
        crashPoint('append: batch taken, not sent')
        const startedAt = performance.now()
        const reply = await buffer.append(this.#parts.redis, room, rest, limits)
        this.#parts.tally.answered(rest.length, performance.now() - startedAt)
        crashPoint('append: kept, not acknowledged')
        rest = reply.type === 'ok' ? await this.#settle(room, rest, reply) : await this.#afterEpochChange(room, rest)
      }
      rest.forEach((pending) => pending.settle({ type: 'unknown', reason: 'unavailable' }))
      return rest.length === 0
    } catch (error) {
      const outcome = outcomeOf(error)
      this.#parts.tally.unanswered()
      this.#parts.log.warn({ err: error, room, entries: rest.length }, 'append has no answer')
      rest.forEach((pending) => pending.settle(outcome))
      return false
    }
  }

  /** Tells each entry its outcome. Answers those that must be appended again, after their ids were looked up. */
  async #settle(room: RoomId, batch: Pending[], reply: AppendReply): Promise<Pending[]> {
    const firstUndecided = reply.answers.findIndex((answer) => answer.type === 'lookup')
    this.#parts.onBuffered(room, reply)
    reply.answers.forEach((answer, index) => {
      const pending = batch[index]
      if (pending === undefined || answer.type === 'lookup') return
      // A repeat too: the server that kept the line may have died before it could bear witness.
      if (answer.type === 'kept' || answer.type === 'duplicate') this.#parts.onAcked(room, answer.place)
      pending.settle(toOutcome(answer, reply.head))
    })
    return firstUndecided < 0 ? [] : this.#lookUp(room, batch.slice(firstUndecided), reply.token)
  }

  async #lookUp(room: RoomId, batch: Pending[], token: string): Promise<Pending[]> {
    const places = await this.#placesOf(room, batch)
    crashPoint('append: ids looked up, not sent again')
    return batch.flatMap((pending) => {
      const first = places.get(nameOf(pending))
      if (first === undefined) return { ...pending, lookedUp: token }
      pending.settle({ type: 'kept', ...first, isDuplicate: true, kept: 'stored' })
      return []
    })
  }

  async #afterEpochChange(room: RoomId, batch: Pending[]): Promise<Pending[]> {
    if ((await this.#parts.epochs.change(room)) === 'changed') return batch
    const places = await this.#placesOf(room, batch)
    const row = await ledgerOf(this.#parts.sql, room)
    const last = { epoch: row?.epoch ?? 0, seq: row?.storedSeq ?? 0 }
    for (const pending of batch) {
      const first = places.get(nameOf(pending))
      pending.settle(
        first === undefined ? { type: 'closed', last } : { type: 'kept', ...first, isDuplicate: true, kept: 'stored' },
      )
    }
    return []
  }

  #placesOf(room: RoomId, batch: Pending[]): Promise<Map<string, { place: Place; at: number }>> {
    const ids = batch.map(({ entry }) => ({ sender: entry.sender, id: entry.id }))
    return placesOfIds(this.#parts.sql, room, ids)
  }
}

function spanOf(tracer: Tracer, room: RoomId, batch: readonly Pending[]): Span {
  const [first, ...others] = batch.flatMap(({ cause }) => cause?.span ?? [])
  const facts = { 'madang.room': room, 'madang.entries': batch.length }
  return tracer.start('append', { parent: first, links: others, facts })
}

function nameOf({ entry }: Pending): string {
  return `${entry.sender}:${entry.id}`
}

function toOutcome(answer: Exclude<AppendAnswer, { type: 'lookup' }>, head: Place): AppendOutcome {
  switch (answer.type) {
    case 'kept':
      return { ...answer, isDuplicate: false, kept: 'buffered' }
    case 'duplicate':
      return { ...answer, type: 'kept', isDuplicate: true, kept: 'buffered' }
    case 'closed':
      return { type: 'closed', last: head }
    case 'bad_id':
    case 'forbidden':
    case 'muted':
    case 'early':
    case 'full':
      return answer
    default:
      return answer satisfies never
  }
}

/**
 * Without an answer of the script the outcome is not known, even where Redis refused to run it: the line may be the repeat
 * of one that was kept.
 */
function outcomeOf(error: unknown): AppendOutcome {
  const isTimeout = error instanceof Error && error.message.includes('timed out')
  return { type: 'unknown', reason: isTimeout ? 'timeout' : 'unavailable' }
}

/** What the same speakers sent behind a line of unknown outcome must not overtake it. */
function failSendersOf(batch: readonly Pending[], line: Pending[]): void {
  const senders = new Set(batch.map((pending) => pending.entry.sender))
  const others: Pending[] = []
  for (const pending of line) {
    if (senders.has(pending.entry.sender)) pending.settle({ type: 'unknown', reason: 'unavailable' })
    else others.push(pending)
  }
  line.splice(0, line.length, ...others)
}
