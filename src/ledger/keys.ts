import type { RoomId } from '../platform/ids.ts'

/** The ledger's keys in Redis; docs/data-model.md says what they hold. */

/** Rooms are spread over this many buckets; a bucket's keys share a Redis Cluster slot. */
const buckets = 256

const bucketTag = (bucket: number): string => `{b${String(bucket).padStart(3, '0')}}`
const prefix = (room: RoomId): string => `${bucketTag(room % buckets)}:room:${room}`

export const keys = {
  meta: (room: RoomId) => `${prefix(room)}:meta`,
  buffer: (room: RoomId) => `${prefix(room)}:buffer`,
  sent: (room: RoomId): [string, string] => [`${prefix(room)}:sent:0`, `${prefix(room)}:sent:1`],
  members: (room: RoomId) => `${prefix(room)}:members`,
  /** Account → time of the last turn in ms, while the room has a pace; runs out by itself. */
  turns: (room: RoomId) => `${prefix(room)}:turns`,
  live: (room: RoomId) => `${prefix(room)}:live`,
  dirty: (room: RoomId) => `${bucketTag(room % buckets)}:dirty`,
  allDirty: () => Array.from({ length: buckets }, (_, bucket) => `${bucketTag(bucket)}:dirty`),
}

/** All keys of one room, and the dirty index of its bucket. */
export function roomKeys(room: RoomId): string[] {
  return [keys.meta(room), keys.buffer(room), ...keys.sent(room), keys.members(room), keys.dirty(room)]
}

/** A script of this folder. */
export const lua = (name: string): URL => new URL(`./lua/${name}.lua`, import.meta.url)
