import type { Place } from '../../api/live.ts'

/** `epoch:seq`, as the API writes a place of a room. */
export function formatPlace({ epoch, seq }: Place): string {
  return `${epoch}:${seq}`
}

/** Undefined for what is no place. */
export function parsePlace(text: string): Place | undefined {
  const match = /^(\d{1,10}):(\d{1,15})$/.exec(text)
  return match === null ? undefined : { epoch: Number(match[1]), seq: Number(match[2]) }
}

export function isLater(place: Place, than: Place): boolean {
  return place.epoch > than.epoch || (place.epoch === than.epoch && place.seq > than.seq)
}

/** Whether an epoch change that kept everything up to `kept` took this place back. */
export function isTakenBack(place: Place, kept: Place): boolean {
  return place.epoch <= kept.epoch && place.seq > kept.seq
}
