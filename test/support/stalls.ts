import { linesOf } from './log-lines.ts'

/** How long around a stall an answer is excused: Nginx writes whole seconds, and when an answer ended. */
export const stallMs = 2000
/** What more than this of a run is excused says nothing of the rest. */
export const mostExcusedMs = 15_000

/**
 * When Redis did not answer in time, in milliseconds since 1970, in order. Where nobody replaces Redis that is the disk of the machine, on which it
 * keeps each line, standing still, and whoever hears 503 for it does not hear it because of what is tested. All processes see that: what one alone has
 * seen is its own fault, and no stall.
 */
export function stallsOf(logs: readonly { name: string; text: string }[]): number[] {
  const seen = logs.flatMap(({ name, text }) => timeoutsIn(text).map((at) => ({ name, at })))
  const isSeenByOthers = ({ name, at }: (typeof seen)[number]): boolean =>
    seen.some((other) => other.name !== name && Math.abs(other.at - at) <= stallMs)
  return seen
    .filter(isSeenByOthers)
    .map(({ at }) => at)
    .toSorted((one, other) => one - other)
}

function timeoutsIn(log: string): number[] {
  return linesOf(log)
    .filter((line) => JSON.stringify(line).includes('Command timed out'))
    .map(({ time }) => Date.parse(String(time)))
    .filter((at) => !Number.isNaN(at))
}

export function isExcused(stalls: readonly number[], ms: number): boolean {
  return stalls.some((at) => Math.abs(at - ms) <= stallMs)
}

/** For how long anything was excused, all in all. `stalls` in order. */
export function excusedMs(stalls: readonly number[]): number {
  let until = -Infinity
  let sum = 0
  for (const at of stalls) {
    sum += at + stallMs - Math.max(until, at - stallMs)
    until = at + stallMs
  }
  return sum
}
