import { ApiProblem } from './problem.ts'

/** After these nobody knows whether what was sent was kept (docs/protocol.md): it is sent again under the same id. */
const unknown: ReadonlySet<string> = new Set(['offline', 'unavailable', 'timeout', 'internal'])
/** Not kept by this attempt, and to be tried again as it is. */
const passing: ReadonlySet<string> = new Set(['rate_limited', 'buffer_full'])

/** Nothing was kept, and never will be under this id: its time is ahead of the servers', as when the device's clock is. */
export function isIdRefused(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'bad_id'
}

export function isUnknown(error: unknown): boolean {
  return error instanceof ApiProblem && unknown.has(error.code)
}

export function isPassing(error: unknown): boolean {
  return error instanceof ApiProblem && passing.has(error.code)
}
