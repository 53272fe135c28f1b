import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { crashPoint } from '../crash-point.ts'
import { Problem } from '../errors.ts'
import type { Code } from '../errors.ts'
import type { AccountId } from '../ids.ts'
import type { Log } from '../log.ts'
import { duplicateKey, mysqlErrno } from '../mysql.ts'
import type { Sql } from '../mysql.ts'
import type { Redis } from '../redis.ts'
import { answerUnder, deleteAnswersOlder, insertAnswer } from './idempotency-store.ts'
import type { Answer, Once } from './route.ts'

/**
 * `Idempotency-Key`: a creating request that comes again is answered as it was the first time.
 *
 * The truth is one row in MySQL, written in the transaction that creates: what was created and what was answered are both there
 * or neither. A marker in Redis only tells a repeat that the first is still running; without it the unique key decides, and who
 * loses there rolls back. Only what was created is remembered: after a refusal the same key may be tried again, changed or not.
 */
export interface IdempotencyParts {
  sql: Sql
  redis: Redis
  log: Log
}

/** Hours for which an answer is remembered at least. */
export const keyHours = 24

const keys = { running: (account: AccountId, key: string) => `idempotency:running:${account}:${key}` }
/** A process that dies leaves its marker for so long. Shorter than a request may take is no harm: the unique key decides then. */
const markerMs = 30_000
const acceptable = /^[\x20-\x7e]{1,255}$/

/** The key of a request, if it has one. Error: `bad_input`. */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && acceptable.test(header)) return header
  throw new Problem('bad_input', {
    detail: 'An Idempotency-Key is 1 to 255 printable ASCII characters',
    errors: [{ pointer: '/Idempotency-Key', code: 'bad_key', detail: '1 to 255 printable ASCII characters' }],
  })
}

/** A request with a key. */
export interface KeyedRequest {
  account: AccountId
  key: string
  /** The route's method and pattern, for those who look into the table. */
  route: string
  /** Path and query, as sent: the same body sent elsewhere is another request. */
  target: string
}

/** Runs `handle`, unless the same was done before: then resolves with the first answer. Errors: `key_in_use`, `key_reused`. */
export async function atMostOnce(
  parts: IdempotencyParts,
  request: KeyedRequest,
  handle: (once: Once) => Promise<Answer>,
): Promise<Answer> {
  const attempt = new Attempt(parts, request)
  try {
    const answer = await handle(attempt)
    attempt.requireSettled(answer)
    crashPoint('request: done, not answered')
    return answer
  } catch (error) {
    if (error instanceof LostRace) return await attempt.winnersAnswer()
    return await attempt.answerDespite(error)
  } finally {
    await attempt.leave()
  }
}

/** Somebody else has created under this key: the transaction must roll back, and whoever runs it must let this pass. */
class LostRace extends Error {
  constructor() {
    super('another request with this Idempotency-Key was quicker')
    this.name = 'LostRace'
  }
}

class Attempt implements Once {
  readonly #parts: IdempotencyParts
  readonly #request: KeyedRequest
  #fingerprint: Buffer | undefined
  #markedAt: number | undefined
  /** The first answer, whether it was given now or before. */
  #first: Answer | undefined

  constructor(parts: IdempotencyParts, request: KeyedRequest) {
    this.#parts = parts
    this.#request = request
  }

  async begin(fingerprint: string): Promise<Answer | undefined> {
    const { route, target } = this.#request
    this.#fingerprint = createHash('sha256').update(`${route}\n${target}\n${fingerprint}`).digest()
    const marker = await this.#mark()
    const kept = await this.#kept()
    if (kept !== undefined) return kept
    if (marker === 'taken') throw stillRunning()
    crashPoint('request: marked, not begun')
    return undefined
  }

  async settle(trx: Sql, answer: Answer): Promise<void> {
    if (this.#fingerprint === undefined) throw new Error('settled before it was begun')
    try {
      await insertAnswer(trx, { ...this.#request, fingerprint: this.#fingerprint, answer })
      this.#first = answer
    } catch (error) {
      throw mysqlErrno(error) === duplicateKey ? new LostRace() : error
    }
  }

  /** The row is there since the winner has committed; only the sweeper could have taken it since. */
  async winnersAnswer(): Promise<Answer> {
    const kept = await this.#kept()
    if (kept === undefined) throw stillRunning()
    return kept
  }

  /**
   * Where no marker kept two apart, the later may be refused for what the first has created: the picture is in use, the last place
   * is taken. It is a repeat all the same. Rejects with the refusal when that is not so.
   */
  async answerDespite(refusal: unknown): Promise<Answer> {
    const isOfTheWork = refusal instanceof Problem && !ownRefusals.has(refusal.code)
    const kept = isOfTheWork && this.#fingerprint !== undefined ? await this.#kept() : undefined
    if (kept === undefined) throw refusal
    return kept
  }

  /** Too late to undo anything: it is created. But a repeat would create it again, or be told something else. */
  requireSettled(answer: Answer): void {
    if (isDeepStrictEqual(this.#first, answer)) return
    this.#parts.log.error({ route: this.#request.route }, 'an idempotent route did not settle what it answered')
  }

  async leave(): Promise<void> {
    // Somebody else's marker must stay: ours is surely still there only well before its time is over.
    const isOurs = this.#markedAt !== undefined && performance.now() - this.#markedAt < markerMs / 2
    if (!isOurs) return
    await this.#parts.redis.del(this.#marker).catch(() => undefined)
  }

  get #marker(): string {
    return keys.running(this.#request.account, this.#request.key)
  }

  async #mark(): Promise<'ours' | 'taken' | 'unknown'> {
    const { redis, log } = this.#parts
    // A Redis that is away must not cost every creation its time-out.
    if (redis.status !== 'ready') return 'unknown'
    const askedAt = performance.now()
    try {
      if ((await redis.set(this.#marker, '1', 'PX', markerMs, 'NX')) === null) return 'taken'
      this.#markedAt = askedAt
      return 'ours'
    } catch (error) {
      log.debug({ err: error }, 'no marker for an idempotency key')
      return 'unknown'
    }
  }

  async #kept(): Promise<Answer | undefined> {
    const kept = await answerUnder(this.#parts.sql, this.#request)
    if (kept === undefined) return undefined
    if (this.#fingerprint?.equals(kept.fingerprint) !== true) throw new Problem('key_reused')
    this.#first = { ...kept.answer, headers: { ...kept.answer.headers, 'idempotency-replayed': 'true' } }
    return this.#first
  }
}

const ownRefusals = new Set<Code>(['key_in_use', 'key_reused'])
const stillRunning = (): Problem => new Problem('key_in_use', { retryAfter: 1 })

const batch = 1000

/** Forgets the answers of keys that are older than a day, in small steps. Resolves with how many. */
export async function sweepIdempotencyKeys(sql: Sql): Promise<number> {
  let swept = 0
  for (;;) {
    const deleted = await deleteAnswersOlder(sql, { hours: keyHours, limit: batch })
    swept += deleted
    if (deleted < batch) return swept
  }
}
