import { createRelay } from '../src/live/index.ts'

/** Gives events their positions, tells the servers, and deletes what is old. Every worker runs one; they take turns. */
export async function startRelayEvents(
  parts: Parameters<typeof createRelay>[0],
): Promise<{ close: () => Promise<void> }> {
  const relay = createRelay(parts)
  await relay.start()
  return { close: () => relay.stop() }
}
