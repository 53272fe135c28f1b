import { createRelay } from '../src/live/index.ts'
import type { RelayOptions } from '../src/live/index.ts'
import type { Job } from './job.ts'

/** Gives events their positions, tells the servers, and deletes what is old. Every worker runs one; they take turns. */
export async function startRelayEvents(options: RelayOptions): Promise<Job> {
  const relay = createRelay(options)
  await relay.start()
  return { close: () => relay.stop() }
}
