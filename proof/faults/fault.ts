import type { Connection } from 'mysql2/promise'
import type { Redis } from 'ioredis'
import type { Proxy } from './proxy.ts'
import type { Chance } from '../chance.ts'

export const serverNames = ['server-1', 'server-2'] as const
export const workerNames = ['worker-1', 'worker-2'] as const
export type MadangName = (typeof serverNames)[number] | (typeof workerNames)[number]
export const madangNames: readonly MadangName[] = [...serverNames, ...workerNames]
export type PartName = MadangName | 'redis' | 'database' | 'nginx'

/** `server-1 → redis`; clients reach Nginx over `clients → nginx`. */
export type LinkName = `${MadangName} → redis` | `${MadangName} → database` | 'clients → nginx'

/** What a stack lets faults do to it. Other stacks than the drill's own give less: what is undefined cannot be done there. */
export interface Patient {
  /** Process ids of what may be killed and frozen; 0 while one is being started. */
  pidOf: ((part: PartName) => number) | undefined
  links: ReadonlyMap<LinkName, Proxy>
  inside: Inside | undefined
}

/** What only somebody who owns the machine of a stack can do. */
export interface Inside {
  /** Straight to the Redis and the database, past all proxies; the account may do everything. */
  redis: Redis
  database(): Promise<Connection>
  /** Schema of the stack, and the account of its processes, which has no rights beside it. */
  schema: string
  account: string
  /** Folder of the append-only file. */
  redisFolder: string
  /** The work is done once, before Redis is started the next time, unless it is cancelled before. */
  beforeRedisStarts(work: () => void): Pending
  /** Whether the folders of Redis and of the database are file systems of their own, small enough to be filled. */
  volumeOf: Readonly<Partial<Record<'redis' | 'database', string>>>
  setClock(part: MadangName, offsetMs: number): void
  /**
   * Ends a process in good order, as a new release would, and waits until it is back; no where it was not running. Errors: it did not
   * come back in time.
   */
  restart(part: MadangName): Promise<boolean>
}

export interface Pending {
  /** Settles as the work does. */
  done: Promise<void>
  cancel(): void
}

/** What came of a fault, in words with its target. */
export interface Effect {
  detail: string
  /** There was nothing that it could have hit, such as a process that was not running: nobody has learned anything. */
  isNothing?: boolean
}

/** What was done, and how it is undone. */
export interface Injected extends Effect {
  /** Of what may or may not meet anything: whether it has by now. Undefined where that is known from the beginning. */
  hasHit?: () => Promise<boolean> | boolean
  /** May be asked again until it succeeds. May answer what came of the fault in the end. */
  heal?: () => Promise<Effect | void> | Effect | void
}

/** One thing that can go wrong. */
export interface Fault {
  /** `redis: rolled back` */
  name: string
  /** One sentence for an operator. */
  says: string
  /** How long it lasts, in ms, before it is healed; 0 is over at once. Chosen by the seed between these. */
  lasts: readonly [least: number, most: number]
  /** How long making it takes by itself, in ms, where that is more than a moment. */
  takesMs?: number
  /** Names of faults during which it cannot be made, nor they during it. */
  excludes?: readonly string[]
  /** How much time in seconds a run must have for it; 0 for nearly all. */
  needsSeconds?: number
  /** How long making it may take, and undoing it, in ms, where that is more than most need. */
  patienceMs?: number
  /** Chance against others; 1 for most. */
  weight?: number
  /** Why it cannot be done to this stack; undefined where it can. */
  missing(patient: Patient): string | undefined
  inject(patient: Patient, chance: Chance, forMs: number): Promise<Injected> | Injected
}

const elsewhere = 'only on the machine of the stack, and with its secrets'

/** For faults that are made with the services' own commands. */
export const needsInside = ({ inside }: Patient): string | undefined => (inside === undefined ? elsewhere : undefined)

export function insideOf({ inside }: Patient): Inside {
  if (inside === undefined) throw new Error('this stack does not let us in')
  return inside
}

export const nothing = (detail: string): Injected => ({ detail, isNothing: true })

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
