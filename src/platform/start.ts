import { isOutage } from './outage.ts'

/** Thrown when a process must not start: the message says what is wrong and what to do about it, in one sentence. */
export class CannotStart extends Error {}

/** A service that is away is the operator's to mend, and said without a stack. Error: `CannotStart`. */
export async function requireAnswer<T>(service: string, setting: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!isOutage(error)) throw error
    throw new CannotStart(`${service} does not answer where ${setting} says: start it, or correct ${setting}.`, {
      cause: error,
    })
  }
}

/** Ends a process that could not start. What an operator can mend is said in plain words, the rest with its stack. */
export function leaveWith(error: unknown): never {
  const isPlain = error instanceof Error && ['CannotStart', 'ConfigError'].includes(error.constructor.name)
  console.error(isPlain ? error.message : error)
  process.exit(1)
}

/**
 * Takes `__proto__` away from all objects of this process: what somebody sends under that name is a name, and nothing that was built
 * from it reaches what other objects inherit. Nothing of ours or of our packages reads it.
 */
export function forgetProto(): void {
  Reflect.deleteProperty(Object.prototype, '__proto__')
}
