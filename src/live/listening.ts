import type { Redis } from '../platform/redis.ts'
import { keys } from './keys.ts'

/** How many servers and workers run: a server hears of what was placed, a worker of what was told, for as long as it is there. */
export async function countListening(redis: Redis): Promise<number> {
  const answer = await redis.pubsub('NUMSUB', keys.placed, keys.told)
  // Channel, count, channel, count.
  return answer.reduce<number>((sum, value, place) => (place % 2 === 1 ? sum + Number(value) : sum), 0)
}
