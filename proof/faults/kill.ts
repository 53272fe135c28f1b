import { isRunning, markOf } from '../../tools/processes.ts'
import { waitFor } from '../../tools/wait.ts'
import type { PartName, Patient } from './fault.ts'

/** SIGKILL; resolves when the process is gone, with no where there was none. Who supervises it starts another one. */
export async function killAndWait({ pidOf }: Patient, part: PartName): Promise<boolean> {
  const mark = markOf(pidOf?.(part) ?? 0)
  if (mark === undefined) return false
  process.kill(-mark.pid, 'SIGKILL')
  await waitFor({ isTrue: () => Promise.resolve(!isRunning(mark)), withinMs: 60_000, everyMs: 5 })
  return true
}
