import { isRunning, markOf } from '../../tools/processes.ts'
import { madangNames, needsInside, insideOf, serverNames, workerNames } from './fault.ts'
import type { Fault, PartName, Patient } from './fault.ts'

const parts: readonly { family: string; among: readonly PartName[] }[] = [
  { family: 'server', among: serverNames },
  { family: 'worker', among: workerNames },
  { family: 'redis', among: ['redis'] },
  { family: 'database', among: ['database'] },
  { family: 'nginx', among: ['nginx'] },
]

const needsPids = ({ pidOf }: Patient): string | undefined =>
  pidOf === undefined ? 'only where the processes of the stack are known (--stack)' : undefined

const kills = parts.map(({ family, among }): Fault => ({
  name: `${family}: kill`,
  says: `${named(among)} is killed with -9; the supervisor starts it again`,
  lasts: [0, 0],
  missing: needsPids,
  inject(patient, random) {
    const part = random.pick(among)
    const pid = signalGroup(patient, part, 'SIGKILL')
    return { detail: pid === 0 ? `${part} was not running` : `${part} (${pid}) was killed` }
  },
}))

const freezes = parts.flatMap(({ family, among }): Fault[] => [
  freeze(`${family}: freeze`, among, [1000, 6000]),
  { ...freeze(`${family}: long freeze`, among, [10_000, 40_000]), needsSeconds: 45 },
])

function freeze(name: string, among: readonly PartName[], lasts: Fault['lasts']): Fault {
  return {
    name,
    says: `${named(among)} stands still (SIGSTOP) for ${lasts[0] / 1000} to ${lasts[1] / 1000} s, then goes on where it was`,
    lasts,
    missing: needsPids,
    inject(patient, random) {
      const part = random.pick(among)
      const pid = signalGroup(patient, part, 'SIGSTOP')
      const mark = markOf(pid)
      return {
        detail: pid === 0 ? `${part} was not running` : `${part} (${pid}) was frozen`,
        heal: () => void (mark !== undefined && isRunning(mark) && process.kill(-mark.pid, 'SIGCONT')),
      }
    },
  }
}

const rolling: Fault = {
  name: 'madang: rolling restart',
  says: 'servers and workers are ended with SIGTERM and started again, one after the other, as a new release would',
  lasts: [0, 0],
  missing: needsInside,
  async inject(patient, random) {
    const inside = insideOf(patient)
    const order = [...madangNames].toSorted(() => random.next() - 0.5)
    for (const part of order) await inside.restart(part)
    return { detail: `${order.join(', ')} were restarted in this order` }
  },
}

/** Each part leads a group of its own: of Nginx the workers, too. Answers 0 where nothing was running. */
function signalGroup({ pidOf }: Patient, part: PartName, signal: NodeJS.Signals): number {
  const pid = pidOf?.(part) ?? 0
  if (pid <= 1 || markOf(pid) === undefined) return 0
  try {
    process.kill(-pid, signal)
    return pid
  } catch {
    return 0
  }
}

function named(among: readonly PartName[]): string {
  return among.length === 1 ? String(among[0]) : `one of ${among.join(', ')}`
}

export const processFaults: readonly Fault[] = [...kills, ...freezes, rolling]
