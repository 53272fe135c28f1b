import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from './redis.ts'

type Argument = string | number | Buffer

/** A Lua script kept in a file beside its caller; what it takes and answers is written in the file's header. */
export class Script {
  readonly #source: string
  readonly #sha: string

  constructor(file: URL) {
    this.#source = readFileSync(file, 'utf8')
    this.#sha = createHash('sha1').update(this.#source).digest('hex')
  }

  /** Answers strings. A script that the server does not know yet has certainly not run, so sending its text is no repeat. */
  async run(redis: Redis, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!isUnknownScript(error)) throw error
      return redis.eval(this.#source, keys.length, ...keys, ...args)
    }
  }

  /** The same, with bulk strings as bytes. */
  async runBuffer(redis: Redis, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    try {
      return await redis.callBuffer('EVALSHA', this.#sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!isUnknownScript(error)) throw error
      return redis.callBuffer('EVAL', this.#source, keys.length, ...keys, ...args)
    }
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** True when Redis itself answered with a refusal (so nothing happened), false when the outcome is not known. */
export function isRedisRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError'
}
