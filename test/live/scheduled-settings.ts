import type { Log } from '../../src/platform/log.ts'

export const quiet = { warn: () => undefined, debug: () => undefined, error: () => undefined } as unknown as Log
/** So few that those who come back are often too late. */
export const maxEvents = 6
export const heartbeatMs = 1000
/** Later than any run ends. */
export const never = 10_000_000
