import { pino } from 'pino'
import type { Logger } from 'pino'
import { causeNow } from './cause.ts'
import { LogOutput } from './log-output.ts'
import { withoutValues } from './mysql-message.ts'

export type Log = Logger

const warn = 40

/**
 * One JSON line an event on standard output, with the id of the request that caused it; tokens, bodies and passwords never get here. Lines below a warning are written several at
 * once, as each write costs as much as a query: what is killed at once loses those of its last fifth of a second.
 */
export function createLog(options: { level: string; service: string }): Log {
  const output = standardOutput()
  return pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: nameCause,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: ['req.headers.authorization', 'req.headers.cookie', 'password', 'token'],
      hooks: {
        logMethod(args, method, level) {
          method.apply(this, args)
          if (level >= warn) output.flush()
        },
      },
    },
    output,
  )
}

/** By what the lines of one request are found in all logs; `traceId` where it is traced. */
function nameCause(): object {
  const cause = causeNow()
  return cause === undefined ? {} : { requestId: cause.requestId, traceId: cause.span?.traceId }
}

const standardOutputFile = 1
let opened: LogOutput | undefined

/** Writes what still waits, for a process that ends without its `exit`. */
export function flushLog(): void {
  opened?.flush()
}

/** There is one for the whole process. */
function standardOutput(): LogOutput {
  opened ??= new LogOutput(standardOutputFile)
  return opened
}

/**
 * What may be told of an error. Errors of the database carry the whole statement with its values (bodies, password hashes),
 * those of Redis all arguments of the command: of an error only what is named here gets into a log.
 */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
  const { name, cause } = error
  return {
    type: name,
    message: reasonOf(error),
    ...('code' in error ? { code: String(error.code) } : {}),
    stack: placesOf(error).join('\n'),
    ...(cause === undefined || depth === 3 ? {} : { cause: describeError(cause, depth + 1) }),
  }
}

/**
 * Why something failed, for whoever reads it later: of an error of the database what it said itself, without the statement before it, and without
 * the values that it repeats.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const said = sqlMessageOf(error)
  return said === undefined ? error.message : withoutValues(said, 'errno' in error ? error.errno : undefined)
}

function sqlMessageOf(error: Error): string | undefined {
  return 'sqlMessage' in error && typeof error.sqlMessage === 'string' ? error.sqlMessage : undefined
}

/**
 * Where an error happened, as lines of its stack. Before them the stack repeats the message, with whatever lines that has: also some that look like a place.
 * It is the message of when the error was made, which may have got words in front since.
 */
export function placesOf(error: Error): string[] {
  const stack = (error.stack ?? '').trimEnd()
  const ends = [error.message, sqlMessageOf(error) ?? '']
    .filter((message) => stack.includes(message))
    .map((message) => stack.indexOf(message) + message.length)
  const lines = stack.slice(Math.max(0, ...ends)).split('\n')
  return lines.slice(lines.findLastIndex((line) => !isPlace(line)) + 1)
}

function isPlace(line: string): boolean {
  return line.startsWith('    at ')
}
