import { channel } from 'node:diagnostics_channel'

/**
 * A named place between two steps, where a crash would leave the first done and the second not. Costs one look at a flag: nobody
 * listens but the crash tests (proof/crash), whose preload ends the process here. It is not in the image.
 */
export function crashPoint(name: string): void {
  if (passed.hasSubscribers) passed.publish(name)
}

/** Hears the name of every crash point as it is passed, before what comes next. */
export const passed = channel('madang:crash-point')
