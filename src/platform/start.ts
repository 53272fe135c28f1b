import { setTimeout } from 'node:timers/promises'
import { endProcess } from './lifecycle.ts'
import type { Log } from './log.ts'
import { isOutage } from './outage.ts'

/** Thrown when a process must not start: the message says what is wrong and what to do about it, in one sentence. */
export class CannotStart extends Error {}

/** For how long a service that is away is asked again, and where that is said. Whoever sits at a command hears at once that it is. */
export interface Patience {
  forMs: number
  log: Log
}

const againMs = 250
const sayEveryMs = 5000

/** A service that is away, and stays so for as long as there is patience, is the operator's to mend, and said without a stack. Error: `CannotStart`. */
export async function requireAnswer<T>(
  service: string,
  setting: string,
  ask: () => Promise<T>,
  patience?: Patience,
): Promise<T> {
  const began = performance.now()
  let said = -Infinity
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!isOutage(error)) throw error
      const now = performance.now()
      if (patience === undefined || now - began >= patience.forMs) throw awayError(service, setting, error)
      if (now - said >= sayEveryMs) {
        said = now
        patience.log.warn(
          { err: error, waits: service, seconds: Math.round((now - began) / 1000) },
          'start waits for a service that does not answer',
        )
      }
      await setTimeout(againMs)
    }
  }
}

function awayError(service: string, setting: string, cause: unknown): CannotStart {
  const advice = `start it, or correct ${setting}.`
  return new CannotStart(`${service} does not answer where ${setting} says: ${advice}`, { cause })
}

/** Ends a process that could not start. What an operator can mend is said in plain words, the rest with its stack. */
export async function leaveWith(error: unknown): Promise<never> {
  const isPlain = error instanceof Error && ['CannotStart', 'ConfigError'].includes(error.constructor.name)
  console.error(isPlain ? error.message : error)
  return endProcess(1)
}

/**
 * Takes `__proto__` away from all objects of this process: what somebody sends under that name is a name, and nothing that was built
 * from it reaches what other objects inherit. Nothing of ours or of our packages reads it.
 */
export function forgetProto(): void {
  Reflect.deleteProperty(Object.prototype, '__proto__')
}
