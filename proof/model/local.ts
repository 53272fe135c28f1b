import { NoAnswer } from './process.ts'
import type { Become, Program, Step } from './process.ts'

/**
 * Where a process stands: its program and all that it was answered. That is enough to run it again up to there, so that a process can go on
 * in two ways from one place. Two processes in the same place are the same object.
 */
export interface Local {
  id: number
  /** Undefined when the process has ended. */
  next: Step | undefined
  after: Map<string, Local>
  begun: Become
  heard: readonly Heard[]
}

type Heard = { answer: unknown } | 'no answer'

export class Locals {
  readonly #roots = new Map<Program, Map<string, Local>>()
  #count = 0
  readonly idle: Local = { id: 0, next: undefined, after: new Map(), begun: { program: nothing, args: 0 }, heard: [] }

  begin(begun: Become): Local {
    const known = this.#roots.get(begun.program) ?? new Map<string, Local>()
    this.#roots.set(begun.program, known)
    const key = JSON.stringify(begun.args, onlyPlain)
    const local = known.get(key) ?? this.#run(begun, [])
    known.set(key, local)
    return local
  }

  answered(local: Local, answer: unknown): Local {
    return this.#on(local, `=${JSON.stringify(answer)}`, { answer })
  }

  unanswered(local: Local): Local {
    return this.#on(local, 'no answer', 'no answer')
  }

  #on(local: Local, key: string, heard: Heard): Local {
    const known = local.after.get(key)
    if (known !== undefined) return known
    const after = this.#run(local.begun, [...local.heard, heard])
    local.after.set(key, after)
    return after
  }

  #run(begun: Become, heard: readonly Heard[]): Local {
    const doing = begun.program(begun.args as never)
    try {
      let at = doing.next()
      for (const each of heard) at = each === 'no answer' ? doing.throw(new NoAnswer()) : doing.next(each.answer)
      if (!at.done) return { id: (this.#count += 1), next: at.value, after: new Map(), begun, heard }
      return at.value === undefined ? this.idle : this.begin(at.value)
    } catch (error) {
      // A job or a request that fails: somebody will come back.
      if (error instanceof NoAnswer) return this.idle
      throw error
    }
  }
}

const nothing: Program = () => {
  throw new Error('who is idle does nothing')
}

/** Of a context only that it is one: there is one in a run. */
function onlyPlain(_key: string, value: unknown): unknown {
  return typeof value === 'function' ? 0 : value
}
