import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Redis } from './redis.ts'

type Argument = string | number | Buffer

/**
 * A Lua script kept in files beside its caller; what it takes and answers is written in the header of the last file, what
 * several scripts share stands in the files before it.
 *
 * Flags are those of Redis: `allow-oom` for what frees memory, `no-writes` for what only reads. Without either Redis refuses
 * the script as a whole when it is out of memory.
 */
export class Script {
  readonly #source: string
  readonly #sha: string

  constructor(files: readonly URL[], flags: readonly ('allow-oom' | 'no-writes')[] = []) {
    const shebang = flags.length === 0 ? '#!lua' : `#!lua flags=${flags.join(',')}`
    this.#source = [shebang, ...files.map((file) => readFileSync(file, 'utf8'))].join('\n')
    this.#sha = createHash('sha1').update(this.#source).digest('hex')
    names.set(this.#sha, path.basename(files.at(-1)?.pathname ?? '', '.lua'))
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

const names = new Map<string, string>()

/** What the file of a script is called, without its ending, by the sum under which Redis runs it. */
export function scriptName(sha: string): string | undefined {
  return names.get(sha)
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}
