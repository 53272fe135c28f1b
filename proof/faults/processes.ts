import { isRunning, markOf } from '../../tools/processes.ts'
import { insideOf, madangNames, needsInside, nothing, serverNames, workerNames } from './fault.ts'
import type { Fault, MadangName, PartName, Patient } from './fault.ts'

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
  inject(patient, chance) {
    const part = chance.of(among)
    const pid = signalGroup(patient, part, 'SIGKILL')
    return pid === 0 ? nothing(`${part} was not running`) : { detail: `${part} (${pid}) was killed` }
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
    inject(patient, chance) {
      const part = chance.of(among)
      const pid = signalGroup(patient, part, 'SIGSTOP')
      const mark = markOf(pid)
      if (mark === undefined) return nothing(`${part} was not running`)
      return {
        detail: `${part} (${pid}) was frozen`,
        heal: () => void (isRunning(mark) && process.kill(-mark.pid, 'SIGCONT')),
      }
    },
  }
}

const rolling: Fault = {
  name: 'madang: rolling restart',
  says: 'servers and workers are ended with SIGTERM and started again, one after the other, as a new release would',
  lasts: [0, 0],
  patienceMs: 240_000,
  missing: needsInside,
  async inject(patient, chance) {
    const inside = insideOf(patient)
    const order = madangNames
      .map((part) => ({ part, place: chance.next() }))
      .toSorted((one, other) => one.place - other.place)
      .map(({ part }) => part)
    const restarted: MadangName[] = []
    for (const part of order) if (await inside.restart(part)) restarted.push(part)
    if (restarted.length === 0) return nothing('no server or worker was running')
    return { detail: `${restarted.join(', ')} were restarted in this order` }
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
