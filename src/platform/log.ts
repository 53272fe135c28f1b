import { pino } from 'pino'
import type { Logger } from 'pino'

export type Log = Logger

/** One JSON line an event on standard output; tokens, bodies and passwords never get here. */
export function createLog(options: { level: string; service: string }): Log {
  return pino({
    level: options.level,
    base: { service: options.service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    redact: ['req.headers.authorization', 'req.headers.cookie', 'password', 'token'],
  })
}

/**
 * What may be told of an error. Errors of the database carry the whole statement with its values (bodies, password hashes),
 * those of Redis all arguments of the command: of an error only what is named here gets into a log.
 */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
  const { name, message, stack, cause } = error
  const database: unknown = 'sqlMessage' in error ? error.sqlMessage : undefined
  return {
    type: name,
    message: typeof database === 'string' ? database : message,
    ...('code' in error ? { code: String(error.code) } : {}),
    stack: (stack ?? '')
      .split('\n')
      .filter((line) => line.startsWith('    at '))
      .join('\n'),
    ...(cause === undefined || depth === 3 ? {} : { cause: describeError(cause, depth + 1) }),
  }
}
