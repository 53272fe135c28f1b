import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { allFaults } from '../faults/index.ts'
import type { Fault } from '../faults/fault.ts'
import { Chance } from '../chance.ts'
import { Problem } from '../../tools/problem.ts'

/** One fault of a run: when, for how long, and with which chance of its own. */
export interface Planned {
  fault: Fault
  atMs: number
  forMs: number
  /** Decides what the fault leaves open, such as which server it hits. */
  seed: string
  /** It is made again until it finds something, and not undone before it has hit something: no machine is too slow for it. */
  mustHit?: boolean
}

export interface ScheduleOptions {
  seed: number
  seconds: number
  /**
   * What is drawn from, in the order of its list: all faults, or those that were asked for. Never what can be made here, or a seed
   * would mean something else on another machine; what cannot is left out of the schedule.
   */
  faults: readonly Fault[]
}

/** How many faults a run of ten seconds has, beside the one that its seed is for. */
const extraPerTenSeconds = [1, 4] as const
/** Chance that a fault comes together with the one before it. */
const togetherShare = 0.3

/**
 * What is done in a run, from its seed alone. Seeds that follow each other take the faults one after the other as their first one, so that
 * as many seeds as there are faults have met each of them; the others are drawn by weight. A fault never meets itself, nor one that it
 * excludes: of two that cannot be there at once the one that was drawn first stays.
 */
export function scheduleOf({ seed, seconds, faults }: ScheduleOptions): Planned[] {
  const possible = faults.filter((fault) => (fault.needsSeconds ?? 0) <= seconds)
  if (possible.length === 0) return []
  const chance = new Chance(String(seed))
  const lead = possible[Math.abs(seed) % possible.length]
  const extras = Math.max(1, Math.round(chance.whole(...extraPerTenSeconds) * (seconds / 10)))
  const chosen = [lead, ...Array.from({ length: extras }, () => weighted(possible, chance))]
  const planned: Planned[] = []
  for (const [index, fault] of chosen.entries()) {
    if (fault === undefined) continue
    const one = { fault, ...timesOf(fault, { seconds, chance, before: planned.at(-1) }), seed: `${seed}:${index}` }
    if (!planned.some((other) => meets(one, other))) planned.push(one)
  }
  return planned.toSorted((one, other) => one.atMs - other.atMs)
}

interface Situation {
  seconds: number
  chance: Chance
  before: Planned | undefined
}

/** The first second is quiet, so that there is something to lose, and so is the end of the last. */
function timesOf(fault: Fault, { seconds, chance, before }: Situation): { atMs: number; forMs: number } {
  const lastMs = seconds * 1000 - 500
  const isTogether = before !== undefined && chance.is(togetherShare)
  const atMs = isTogether ? before.atMs + chance.whole(0, 50) : chance.whole(1000, Math.max(1000, lastMs - 1000))
  const [least, most] = fault.lasts
  return { atMs, forMs: chance.whole(least, most) }
}

/** A fault without an end of its own, such as a kill, takes a moment, too; and what it has broken is not whole at once. */
const leastMs = 1500

function meets(one: Planned, other: Planned): boolean {
  const end = ({ fault: { takesMs = 0 }, atMs, forMs }: Planned): number => atMs + takesMs + Math.max(forMs, leastMs)
  return exclude(one.fault, other.fault) && one.atMs < end(other) && other.atMs < end(one)
}

/** Whether the two can never be there at once. */
function exclude(one: Fault, other: Fault): boolean {
  const names = ({ excludes = [] }: Fault): readonly string[] => excludes
  return one === other || names(one).includes(other.name) || names(other).includes(one.name)
}

function weighted(faults: readonly Fault[], chance: Chance): Fault | undefined {
  const total = faults.reduce((sum, { weight = 1 }) => sum + weight, 0)
  let rest = chance.next() * total
  return faults.find(({ weight = 1 }) => (rest -= weight) < 0) ?? faults.at(-1)
}

/** One line a fault, as the schedule is printed. */
export function sayPlanned({ fault, atMs, forMs }: Planned): string {
  const lasts = forMs === 0 ? '' : ` for ${(forMs / 1000).toFixed(1)} s`
  return `${(atMs / 1000).toFixed(1).padStart(5)} s  ${fault.name}${lasts}`
}

const savedShape = z.array(
  z.object({ fault: z.string(), atMs: z.number().min(0), forMs: z.number().min(0), seed: z.string() }),
)

/** As it stands in `schedule.json`. */
export function savedSchedule(planned: readonly Planned[]): z.output<typeof savedShape> {
  return planned.map(({ fault, atMs, forMs, seed }) => ({ fault: fault.name, atMs, forMs, seed }))
}

/** Reads what savedSchedule wrote. Errors: a Problem where the file is none, or names a fault that there is not. */
export function readSchedule(file: string): Planned[] {
  try {
    return savedShape.parse(JSON.parse(readFileSync(file, 'utf8'))).map(({ fault: name, ...rest }) => {
      const fault = allFaults.find((one) => one.name === name)
      if (fault === undefined) throw new Error(`there is no fault "${name}"`)
      return { fault, ...rest }
    })
  } catch (error) {
    throw new Problem(`${file} is no schedule of a drill: ${error instanceof Error ? error.message : String(error)}`)
  }
}
