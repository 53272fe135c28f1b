// Loaded before a server or worker of the drill (node --import): its wall clock is off by as many milliseconds as the file named in
// DRILL_CLOCK says. Timers go by the monotonic clock and are right, as they are on a machine whose time was set wrongly.
import { readFileSync } from 'node:fs'

const file = process.env['DRILL_CLOCK']
const lookEveryMs = 100

let offsetMs = 0
const TrueDate = Date

function look(path: string): void {
  try {
    offsetMs = Number(readFileSync(path, 'utf8')) || 0
  } catch {
    offsetMs = 0
  }
}

class OffDate extends TrueDate {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(TrueDate.now() + offsetMs)
    else super(...(given as [string]))
  }

  static override now(): number {
    return TrueDate.now() + offsetMs
  }

  /** Dates that Node itself makes are dates, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof TrueDate
  }
}

if (file !== undefined) {
  look(file)
  setInterval(() => look(file), lookEveryMs).unref()
  // `Date()` without `new` is called by nobody here; a class would throw, so the call is led to what it means.
  globalThis.Date = new Proxy(OffDate, { apply: () => new OffDate().toString() }) as unknown as DateConstructor
}
