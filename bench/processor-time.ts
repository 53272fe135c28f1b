import { readFileSync } from 'node:fs'
import { Problem } from '../tools/problem.ts'

/** What processes have used of the processors, as the kernel counts it: user and system time, in hundredths of a second. */

const ticksPerSecond = 100

/** The name of the figure that says how busy the load was: of its busiest process, in percent of one processor. */
export const loadBusy = 'load percent of its busiest process'

/** Process ids by the name of what they are. */
export type Pids = Readonly<Record<string, number>>

/** Seconds by name; a process stands for its children too, such as the workers of Nginx. */
export function processorSeconds(pids: Pids): Record<string, number> {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, secondsOfFamily(pid)]))
}

/** By name, what was used between two looks. */
export function usedBetween(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)]))
}

/** Seconds of this process, where it is the load itself. */
export function ownSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}

/** Seconds of all programs that this process has run to their end. */
export function secondsOfEnded(): number {
  return secondsInStat(read('/proc/self/stat'), 'ended children')
}

/** Seconds of user and system time in the text of `/proc/PID/stat`, whose second field may hold anything: its own, or those of the children that it has waited for. */
export function secondsInStat(stat: string, of: 'itself' | 'ended children' = 'itself'): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const first = of === 'itself' ? 11 : 13
  const seconds = (Number(fields[first]) + Number(fields[first + 1])) / ticksPerSecond
  if (Number.isNaN(seconds)) throw new Error(`not a line of /proc/PID/stat: ${stat}`)
  return seconds
}

function secondsOfFamily(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((total, each) => total + secondsOf(each), 0)
}

function secondsOf(pid: number): number {
  return secondsInStat(read(`/proc/${pid}/stat`))
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const hint = process.platform === 'linux' ? 'the process is gone' : 'the bench needs Linux'
    throw new Problem(`${file} cannot be read: ${hint}`, { cause: error })
  }
}
