import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Problem } from '../platform/errors.ts'

interface Cost {
  /** KiB. */
  memory: number
  passes: number
  parallelism: number
}

const standard: Cost = { memory: 19_456, passes: 2, parallelism: 1 }
const saltBytes = 16
const tagBytes = 32
/** `argon2` of node:crypto, or a stand-in that counts what is asked of it. */
export type Derive = (
  algorithm: 'argon2id',
  cost: Cost & { message: string; nonce: Buffer; tagLength: number },
) => Promise<Buffer>
const nodesOwn: Derive = promisify(argon2)

export interface Verdict {
  isRight: boolean
  /** Made with less than today's cost: to be hashed again while the password is at hand. */
  isWeak: boolean
}

/**
 * argon2id in PHC strings, a few at once: each takes 19 MiB and tens of milliseconds of a core.
 * Errors: `unavailable`, when the line of those who wait is full.
 */
export class Passwords {
  readonly #atOnce: number
  readonly #mostWaiting: number
  readonly #derivation: Derive
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(options: { atOnce: number; mostWaiting: number; derive?: Derive }) {
    this.#atOnce = options.atOnce
    this.#mostWaiting = options.mostWaiting
    this.#derivation = options.derive ?? nodesOwn
  }

  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltBytes)
    const tag = await this.#derive(password, salt, standard)
    return formatPhc({ cost: standard, salt, tag })
  }

  /** Without a stored string the same work is done, so that time does not tell who has an account. */
  async verify(password: string, phc: string | undefined): Promise<Verdict> {
    const stored = phc === undefined ? nobody : parsePhc(phc)
    const tag = await this.#derive(password, stored.salt, stored.cost)
    const isSame = tag.length === stored.tag.length && timingSafeEqual(tag, stored.tag)
    return { isRight: isSame && stored !== nobody, isWeak: isWeaker(stored.cost) }
  }

  async #derive(message: string, nonce: Buffer, cost: Cost): Promise<Buffer> {
    await this.#takeTurn()
    try {
      return await this.#derivation('argon2id', { ...cost, message, nonce, tagLength: tagBytes })
    } finally {
      this.#passTurn()
    }
  }

  async #takeTurn(): Promise<void> {
    if (this.#running < this.#atOnce) {
      this.#running += 1
      return
    }
    if (this.#waiting.length >= this.#mostWaiting) {
      throw new Problem('unavailable', { detail: 'Too many people are signing in right now', retryAfter: 2 })
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Hands the turn to the next in line: the number of those who run stays. */
  #passTurn(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running -= 1
    else next()
  }
}

interface Phc {
  cost: Cost
  salt: Buffer
  tag: Buffer
}

const nobody: Phc = { cost: standard, salt: randomBytes(saltBytes), tag: randomBytes(tagBytes) }
const phcPattern = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

function formatPhc({ cost, salt, tag }: Phc): string {
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${unpadded(salt)}$${unpadded(tag)}`
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/={1,2}$/, '')
}

function parsePhc(phc: string): Phc {
  const [, memory, passes, parallelism, salt, tag] = phcPattern.exec(phc) ?? []
  if (salt === undefined || tag === undefined) throw new Error('a stored password is no argon2id string')
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  return { cost, salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') }
}

function isWeaker(cost: Cost): boolean {
  return cost.memory < standard.memory || cost.passes < standard.passes
}
