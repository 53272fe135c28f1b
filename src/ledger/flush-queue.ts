import type { QueueDefinition } from '../platform/queue.ts'

/** Jobs carry ids only. They are doorbells: losing or doubling one changes nothing but time. */
export interface RoomJob {
  room: number
  /** Of a closing, whoever rings for it: that of the request that began it. */
  requestId?: string
}

/** Deduplicated per room and never by a retained job id: a failed job must not block the next one. */
function oncePerRoom(name: string): QueueDefinition<RoomJob> {
  return {
    name,
    options: ({ room }) => ({
      deduplication: { id: `room-${room}`, keepLastIfActive: true },
      attempts: 3,
      backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
      removeOnComplete: true,
      removeOnFail: { age: 86_400, count: 1000 },
    }),
  }
}

export const flushQueue = oncePerRoom('flush-rooms')
export const closeQueue = oncePerRoom('close-rooms')
