import { insideOf, madangNames, needsInside } from './fault.ts'
import type { Fault } from './fault.ts'

const wrongClock: Fault = {
  name: 'madang: clock off by a minute',
  says: 'the wall clock of one server or worker jumps a minute forward or back, and later jumps back',
  lasts: [2000, 8000],
  missing: needsInside,
  inject(patient, chance) {
    const inside = insideOf(patient)
    const part = chance.of(madangNames)
    const offsetMs = chance.of([-60_000, 60_000])
    inside.setClock(part, offsetMs)
    return {
      detail: `the clock of ${part} was ${offsetMs > 0 ? 'a minute fast' : 'a minute slow'}`,
      heal: () => inside.setClock(part, 0),
    }
  },
}

export const clockFaults: readonly Fault[] = [wrongClock]
