import { readFileSync } from 'node:fs'

/** Most bytes that a process has ever had in memory; undefined where the system does not say. */
export function peakBytes(pid: number | 'self'): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}
