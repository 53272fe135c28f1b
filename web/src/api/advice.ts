import type { Refusal } from './live.ts'

/** What the end of a socket tells a client to do: the table of close codes in docs/protocol.md. */
export type Advice =
  | { type: 'now' }
  | { type: 'later' }
  | { type: 'refresh' }
  /** Until something has changed. */
  | { type: 'stay_away'; why: Refusal }

const staysAway: Readonly<Record<number, Refusal>> = {
  1003: 'outdated',
  1007: 'outdated',
  1008: 'outdated',
  1009: 'outdated',
  4500: 'signed_out',
  4503: 'removed',
  4504: 'too_many',
  4520: 'outdated',
}
const waits: ReadonlySet<number> = new Set([1011, 1012, 1013, 4009])

/** A connection that broke without a word (1006) is as good as one that was sent away: another server stands ready. */
export function adviceFor(closeCode: number): Advice {
  if (closeCode === 4010) return { type: 'refresh' }
  const why = staysAway[closeCode]
  if (why !== undefined) return { type: 'stay_away', why }
  return { type: waits.has(closeCode) ? 'later' : 'now' }
}
