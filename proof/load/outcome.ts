import type { Outcome } from '../history/line.ts'

/** What a caller may conclude, as it stands in a line of the history. */
export interface Ending {
  outcome: Outcome
  code?: string | undefined
  /** When a repeat makes sense, if the answer said so. */
  retryMs?: number | undefined
}

/** Codes that say *not now*: it was not done, and a repeat after a while may well be. */
const notNow: ReadonlySet<string> = new Set(['rate_limited', 'buffer_full', 'key_in_use', 'not_ready'])

/** What an answer with an error says. A 5xx says nothing about what was done, but for the buffer that refuses before it takes. */
export function endingOfError(status: number, code: string, retryMs: number | undefined): Ending {
  return { outcome: isUnknown(status, code) ? 'unknown' : 'fail', code, retryMs }
}

/** No answer: out of time, or the connection was lost. */
export function endingWithoutAnswer(reason: string): Ending {
  return { outcome: 'unknown', code: reason }
}

/** Whether the same has to be tried again: nobody knows, or it was only too soon. */
export function isWorthRepeating({ outcome, code }: Ending): boolean {
  return outcome === 'unknown' || (outcome === 'fail' && notNow.has(code ?? ''))
}

function isUnknown(status: number, code: string): boolean {
  // The first request under this key is still at work, so it may be done.
  if (code === 'key_in_use') return true
  return status >= 500 && code !== 'buffer_full'
}
