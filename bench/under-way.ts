import { whenParentIsGone } from '../tools/parent.ts'

/** What has to be stopped when somebody ends the bench in the middle: in the opposite order of its start. */
const running = new Set<() => Promise<void>>()

/** Answers with a stop that runs once, whoever asks for it. */
export function underWay(stop: () => Promise<void>): () => Promise<void> {
  let stopped: Promise<void> | undefined
  const once = (): Promise<void> => {
    stopped ??= stop().finally(() => running.delete(once))
    return stopped
  }
  running.add(once)
  return once
}

/** Ctrl-C, SIGTERM or the death of npm stop all of it; asked again after a second, we leave without waiting. */
export function stopOnSignals(): void {
  let askedAt: number | undefined
  const onSignal = (): void => {
    if (askedAt !== undefined && performance.now() - askedAt < 1000) return
    if (askedAt !== undefined) process.exit(130)
    askedAt = performance.now()
    process.stderr.write('\nStopping …\n')
    void stopAll().finally(() => process.exit(130))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  whenParentIsGone(onSignal)
}

/** Of a contestant whose start failed in the middle something may be left. */
export async function stopAll(): Promise<void> {
  for (const stop of [...running].toReversed()) await stop().catch(() => undefined)
}
