import { become } from './process.ts'
import type { Become } from './process.ts'
import { drain } from './programs/append.ts'
import { closeRoom } from './programs/closing.ts'
import { driveClosing } from './programs/sealing.ts'
import { brokenInTheEnd, brokenNow } from './promise.ts'
import type { Moment, Move, World } from './world.ts'

/** What is found when nothing more goes wrong. */
export interface Found {
  broken: string | undefined
  trace: readonly string[]
}

const mostSteps = 150
const mostAttempts = 8

/**
 * From a moment at which nobody does anything: whoever does not know what became of a line repeats it, the room is closed, sealed, and
 * everybody says everything once more. Then the promise must be kept.
 */
export function recover(world: World, from: Moment): Found {
  const run = new Recovery(world, from)
  return { broken: run.broken(), trace: run.trace }
}

class Recovery {
  readonly trace: string[] = []
  readonly #world: World
  #now: Moment

  constructor(world: World, from: Moment) {
    this.#world = world
    this.#now = from
  }

  broken(): string | undefined {
    return this.#repeat() ?? this.#close() ?? this.#seal() ?? this.#sayAgain() ?? this.#sayMuchLater()
  }

  /** Whoever does not know asks until they do. */
  #repeat(): string | undefined {
    for (const [slot, { batches }] of this.#world.scenario.sends.entries()) {
      for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
        const { lines } = this.#now.outside.value
        const open = batches
          .map((batch) => batch.filter((id) => lines[id]?.state === 'unknown'))
          .filter((ids) => ids.length > 0)
        if (open.length === 0) break
        this.#take(this.#world.sent(this.#now, slot, 'server 2', open))
        const broken = this.#finish(slot)
        if (broken !== undefined) return broken
      }
    }
    const open = Object.entries(this.#now.outside.value.lines).find(([, { state }]) => state === 'unknown')
    return open === undefined ? undefined : `nobody ever knows what became of ${open[0]}`
  }

  #close(): string | undefined {
    if (this.#now.outside.value.closeAnswer !== undefined) return undefined
    return this.#do(this.#world.scenario.sends.length, become(closeRoom, this.#world.context))
  }

  #seal(): string | undefined {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      if (this.#now.mysql.value.closing?.isSettled === true) break
      const broken = this.#do(this.#world.scenario.sends.length, become(driveClosing, this.#world.context))
      if (broken !== undefined) return broken
    }
    if (this.#now.mysql.value.closing?.isSettled !== true) return 'the closing never comes to its end'
    this.#witness()
    return this.#brokenInTheEnd()
  }

  #witness(): void {
    for (;;) {
      const [witness] = this.#world.moves(this.#now).steps
      if (witness === undefined) return
      this.#take(witness)
    }
  }

  /** A final room answers what it answered. */
  #sayAgain(): string | undefined {
    const { lines } = this.#now.outside.value
    for (const id of Object.keys(lines)) {
      if (lines[id]?.state === 'new') continue
      const broken = this.#do(0, drain(this.#world.context, 'server 1', [[id]]) as Become)
      if (broken !== undefined) return broken
      const answer = this.#now.outside.value.lines[id]?.state
      const isKept = this.#now.mysql.value.messages.some((row) => row.id === id)
      if (isKept !== (answer === 'kept')) return `${id} is ${isKept ? '' : 'not '}kept, a repeat hears ${answer}`
    }
    this.#witness()
    return this.#brokenInTheEnd()
  }

  /** The closed meta stays in Redis for a day. */
  #sayMuchLater(): string | undefined {
    const { epoch } = this.#now.mysql.value.row
    this.#take(this.#world.expired(this.#now))
    const broken = this.#sayAgain()
    return broken ?? (this.#now.mysql.value.row.epoch === epoch ? undefined : 'an epoch has begun in a sealed room')
  }

  #brokenInTheEnd(): string | undefined {
    return brokenInTheEnd(this.#now.mysql.value, this.#now.outside.value, this.#world.scenario.sends)
  }

  #do(slot: number, begun: Become): string | undefined {
    this.#take(this.#world.begin(this.#now, slot, begun))
    return this.#finish(slot)
  }

  #finish(slot: number): string | undefined {
    for (let steps = 0; steps < mostSteps; steps += 1) {
      if (this.#world.isQuiet(this.#now)) return undefined
      const [move] = [...this.#world.step(this.#now, slot), ...this.#world.moves(this.#now).steps]
      if (move === undefined) return 'nobody can go on'
      this.#take(move)
      const { redis, mysql, outside } = this.#now
      const broken = brokenNow(redis.value, mysql.value, outside.value)
      if (broken !== undefined) return broken
    }
    return 'it does not come to an end'
  }

  #take({ says, to }: Move): void {
    this.trace.push(says())
    this.#now = to
  }
}
