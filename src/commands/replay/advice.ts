import { closeCodes } from '../../platform/ws/close-codes.ts'
import type { WireEnd } from './wire.ts'

/** What the end of a connection tells a client to do. Without `waitMs` it waits as long as it failed before. */
export type Advice =
  | { type: 'resume'; waitMs: number | undefined }
  | { type: 'refresh_and_resume' }
  | { type: 'stay_away'; reason: string }

const laterMs = 1000

export function adviceFor(end: WireEnd): Advice {
  switch (end.type) {
    case 'unreachable':
      return { type: 'resume', waitMs: undefined }
    case 'not_understood':
      return { type: 'stay_away', reason: end.reason }
    case 'refused':
      return adviceForRefusal(end)
    case 'closed':
      return adviceForClose(end)
    default:
      return end satisfies never
  }
}

function adviceForRefusal({ status, retryAfterMs }: Extract<WireEnd, { type: 'refused' }>): Advice {
  if (status === 401) return { type: 'refresh_and_resume' }
  if (status === 429 || status >= 500) return { type: 'resume', waitMs: retryAfterMs }
  return { type: 'stay_away', reason: `the socket was refused with ${status}` }
}

function adviceForClose({ code, reason }: Extract<WireEnd, { type: 'closed' }>): Advice {
  const known = Object.values(closeCodes).find((fact) => fact.code === code)
  switch (known?.advice) {
    case undefined:
    case 'resume':
      return { type: 'resume', waitMs: undefined }
    case 'resume_later':
      return { type: 'resume', waitMs: laterMs * (1 + Math.random()) }
    case 'refresh_and_resume':
      return { type: 'refresh_and_resume' }
    case 'stay_away':
      return { type: 'stay_away', reason: `the socket was closed with ${code} ${reason}` }
    default:
      return known satisfies never
  }
}
