import { pino } from 'pino'
import type { Logger } from 'pino'

export type Log = Logger

/** One JSON line an event on standard output; tokens, bodies and passwords never get here (see docs/security rules). */
export function createLog(options: { level: string; service: string }): Log {
  return pino({
    level: options.level,
    base: { service: options.service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ['req.headers.authorization', 'req.headers.cookie', 'password', 'token'],
  })
}
