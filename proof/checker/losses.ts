import type { Incident, Line } from '../history/line.ts'

/** Microseconds of the host's clock; `to` is Infinity while nobody has said that it is over. */
export interface Moments {
  from: number
  to: number
}

/** What drills call the faults by which a Redis comes back with less. */
const names: ReadonlySet<string> = new Set(['redis: rolled back', 'redis: empty volume', 'redis: FLUSHALL'])

/** When something was done to the stack that may take away what was acknowledged, or change it. */
export function lossesIn(lines: readonly Line[]): Moments[] {
  const losses: (Moments & { name: string })[] = []
  for (const line of lines) {
    if (mayLose(line)) losses.push({ name: line.name, from: line.at, to: Infinity })
    if (line.what !== 'healed') continue
    for (const loss of losses) if (loss.name === line.name && loss.to === Infinity) loss.to = line.at
  }
  return losses
}

function mayLose(line: Line): line is Incident {
  return line.what === 'fault' && (line.mayLose ?? names.has(line.name))
}
