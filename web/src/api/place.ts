import type { Place } from './live.ts'

/** `epoch:seq`, as places stand in frames and queries. */
export function formatPlace({ epoch, seq }: Place): string {
  return `${epoch}:${seq}`
}

export function parsePlace(text: string): Place {
  const [epoch, seq] = text.split(':').map(Number)
  return { epoch: epoch ?? 0, seq: seq ?? 0 }
}

/** Whether a place is above what an ended epoch kept: acknowledged, and lost. */
export function isAbove(place: Place, keptUpTo: Place): boolean {
  return place.epoch <= keptUpTo.epoch && place.seq > keptUpTo.seq
}
