import { isDeepStrictEqual } from 'node:util'
import type { ExecutionContext } from 'ava'
import { eventually } from './eventually.ts'
import { patienceMs } from './patience.ts'

/**
 * Waits until that is what is found, and asserts it. What comes by a network, a device, a frame or a timer need not be there yet when something else that was
 * waited for is.
 */
export async function becomes<T>(
  t: ExecutionContext,
  look: () => T | Promise<T>,
  wanted: T,
  withinMs = patienceMs,
): Promise<void> {
  await eventually(async () => isDeepStrictEqual(await look(), wanted), withinMs).catch(() => undefined)
  t.deepEqual(await look(), wanted)
}
