import { brokenNow } from './promise.ts'
import { recover } from './recovery.ts'
import type { Holds } from './rules.ts'
import type { Scenario } from './scenario.ts'
import { World } from './world.ts'
import type { Moment, Move } from './world.ts'

export interface Exploration {
  scenario: string
  /** Different moments that were reached. */
  moments: number
  moves: number
  /** Moments from which the way to the sealed room was gone as well. */
  recovered: number
  /** The shortest way to a broken promise. */
  counterexample: { broken: string; trace: string[] } | undefined
  isWhole: boolean
}

/** Visits every moment that a scenario can reach, nearest first, until a promise is broken or all have been seen. */
export function explore(scenario: Scenario, holds: Holds, mostMoments = 5_000_000): Exploration {
  return new Explorer(new World(scenario, holds), mostMoments).run()
}

class Explorer {
  readonly #world: World
  readonly #mostMoments: number
  readonly #seen = new Map<string, number>()
  readonly #queue: Moment[] = []
  readonly #parents: number[] = []
  readonly #judged = new Set<string>()
  readonly #recovered = new Set<string>()
  #moves = 0

  constructor(world: World, mostMoments: number) {
    this.#world = world
    this.#mostMoments = mostMoments
  }

  run(): Exploration {
    this.#reach(this.#world.first(), -1)
    for (let index = 0; index < this.#queue.length && this.#queue.length < this.#mostMoments; index += 1) {
      const moment = this.#queue[index] as Moment
      const broken = this.#broken(moment)
      if (broken !== undefined)
        return this.#report({ broken: broken.why, trace: [...this.#pathTo(index), ...broken.trace] })
      for (const { to } of this.#after(moment)) this.#reach(to, index)
    }
    return this.#report(undefined)
  }

  #after(moment: Moment): Move[] {
    const { steps, begun, faults } = this.#world.moves(moment)
    const all = [...steps, ...begun, ...faults]
    this.#moves += all.length
    return all
  }

  #reach(moment: Moment, parent: number): void {
    const key = this.#world.key(moment)
    if (this.#seen.has(key)) return
    this.#seen.set(key, this.#queue.length)
    this.#queue.push(moment)
    this.#parents.push(parent)
  }

  #broken(moment: Moment): { why: string; trace: readonly string[] } | undefined {
    const { redis, mysql, outside } = moment
    const shared = `${redis.id},${mysql.id},${outside.id}`
    if (!this.#judged.has(shared)) {
      this.#judged.add(shared)
      const why = brokenNow(redis.value, mysql.value, outside.value)
      if (why !== undefined) return { why, trace: [] }
    }
    if (!this.#world.isQuiet(moment)) return this.#stuck(moment)
    if (this.#recovered.has(shared)) return undefined
    this.#recovered.add(shared)
    const { broken, trace } = recover(this.#world, moment)
    return broken === undefined ? undefined : { why: broken, trace: ['– nothing more goes wrong –', ...trace] }
  }

  #stuck(moment: Moment): { why: string; trace: readonly string[] } | undefined {
    const { steps, begun } = this.#world.moves(moment)
    return steps.length + begun.length > 0 ? undefined : { why: 'nobody can go on', trace: [] }
  }

  #pathTo(index: number): string[] {
    const path: number[] = []
    for (let at = index; at !== -1; at = this.#parents[at] as number) path.unshift(at)
    return path.slice(1).map((at, step) => {
      const from = this.#queue[path[step] as number] as Moment
      const key = this.#world.key(this.#queue[at] as Moment)
      return (
        this.#after(from)
          .find(({ to }) => this.#world.key(to) === key)
          ?.says() ?? '?'
      )
    })
  }

  #report(counterexample: Exploration['counterexample']): Exploration {
    return {
      scenario: this.#world.scenario.name,
      moments: this.#queue.length,
      moves: this.#moves,
      recovered: this.#recovered.size,
      counterexample,
      isWhole: counterexample === undefined && this.#queue.length < this.#mostMoments,
    }
  }
}
