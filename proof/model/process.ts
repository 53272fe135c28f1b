import type { Mysql } from './mysql.ts'
import type { Outside } from './outside.ts'
import type { Redis } from './redis.ts'

/** What a process does next: one atomic step on one of the three things that are shared. */
export type Step = {
  name: string
  /** Within a transaction that holds the row of the room; it ends where the next step does not say so. */
  isLocked: boolean
} & (
  | { on: 'redis'; run: (redis: Redis) => unknown }
  | { on: 'mysql'; run: (mysql: Mysql) => unknown }
  | { on: 'outside'; run: (outside: Outside) => unknown }
  /** Takes the lock of the row: not while somebody else has it. */
  | { on: 'lock'; run: (mysql: Mysql) => unknown }
  /** Waits until `isOver`, or as long as its patience lasts. */
  | { on: 'wait'; isOver: (seen: Seen) => boolean; run: () => unknown }
)

/** What a process that waits can find out by looking again and again, and by the time that passes. */
export interface Seen {
  redis: Redis
  mysql: Mysql
  outside: Outside
  /** Names of the steps that others take next. */
  next: readonly string[]
}

/** A function of src/ledger as a sequence of steps. It may end by becoming another one. */
export type Program = (args: never) => Generator<Step, Become | undefined, unknown>
export type Doing<T> = Generator<Step, T, unknown>

/** Goes on with another program, or the same from its beginning: what was answered so far is forgotten. */
export interface Become {
  program: Program
  args: unknown
}

export function become<Args>(program: (args: Args) => Doing<Become | undefined>, args: Args): Become {
  return { program: program as Program, args }
}

/** Thrown into a program that does not hear what became of its step. */
export class NoAnswer extends Error {}

// The one place where an answer gets its type: what `run` answers is what comes back.
export function* onRedis<T>(name: string, run: (redis: Redis) => T): Doing<T> {
  return (yield { name, on: 'redis', isLocked: false, run }) as T
}

export function* onMysql<T>(name: string, run: (mysql: Mysql) => T): Doing<T> {
  return (yield { name, on: 'mysql', isLocked: false, run }) as T
}

export function* outside<T>(name: string, run: (outside: Outside) => T): Doing<T> {
  return (yield { name, on: 'outside', isLocked: false, run }) as T
}

export function* waitUntil(name: string, isOver: (seen: Seen) => boolean): Doing<void> {
  yield { name, on: 'wait', isLocked: false, isOver, run: () => undefined }
}

/** Steps of a transaction: begins with `lock`, ends with `commit` or by doing something else. */
export const transaction = {
  *lock(): Doing<Mysql['row']> {
    return (yield {
      name: 'lock the row',
      on: 'lock',
      isLocked: true,
      run: (mysql: Mysql) => mysql.row,
    }) as Mysql['row']
  },
  *redis<T>(name: string, run: (redis: Redis) => T): Doing<T> {
    return (yield { name, on: 'redis', isLocked: true, run }) as T
  },
  *mysql<T>(name: string, run: (mysql: Mysql) => T): Doing<T> {
    return (yield { name, on: 'mysql', isLocked: true, run }) as T
  },
}
