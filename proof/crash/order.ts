import { z } from 'zod'
import { crashPoints } from '../../src/platform/crash-point.ts'

/** What the test says to the process that is to end. */
const order = z.strictObject({
  point: z.enum(crashPoints),
  /** Which passing, counted from this order on. */
  passing: z.int().positive(),
  /** SIGSTOP freezes it there, until SIGCONT. */
  signal: z.enum(['SIGKILL', 'SIGSTOP']),
})
export type Order = z.output<typeof order>

export function readOrder(message: unknown): Order {
  return order.parse(message)
}

/** The last line that the process writes before the signal. */
export function noticeOf(point: unknown, signal: string): string {
  return `crash point "${String(point)}": ${signal}`
}
