import { appendFileSync } from 'node:fs'
import { check, readRecord } from '../checker/index.ts'
import type { RecordSources } from '../checker/index.ts'
import type { Counts, Verdict } from '../checker/contract.ts'
import { History } from '../history/history.ts'
import type { Line } from '../history/line.ts'

/** A history that is judged room by room and forgotten, so that an hour of it need not be kept. */
export class JudgedHistory extends History {
  readonly #rooms = new Map<string, Line[]>()
  readonly #judged = new Set<string>()
  readonly #evidence: string
  #others: Line[] = []
  #verdict: Verdict | undefined
  /** Lines of rooms that had been judged already: there must be none. */
  strays = 0

  /** `evidence` is the file into which the lines of rooms go of which something was broken. */
  constructor(evidence: string) {
    super()
    this.#evidence = evidence
  }

  /** Of all that was judged so far. */
  get verdict(): Verdict | undefined {
    return this.#verdict
  }

  /** Lines that are still in memory. */
  get size(): number {
    return this.#others.length + [...this.#rooms.values()].reduce((sum, lines) => sum + lines.length, 0)
  }

  override add(line: Line): void {
    const room = 'room' in line ? line.room : undefined
    if (room === undefined) this.#others.push(line)
    else if (this.#judged.has(room)) this.strays += 1
    else this.#linesOf(room).push(line)
  }

  /** Holds these rooms against what the system has of them, and forgets them. */
  async judgeRooms(rooms: readonly string[], sources: RecordSources): Promise<void> {
    const fresh = rooms.filter((room) => !this.#judged.has(room))
    if (fresh.length === 0) return
    const lines = fresh.flatMap((room) => this.#rooms.get(room) ?? [])
    for (const room of fresh) {
      this.#judged.add(room)
      this.#rooms.delete(room)
    }
    await this.#judge(lines, { ...sources, redis: undefined, isTimelineIncluded: false, logs: [] })
  }

  /** All that is left: rooms that did not come to their end, the timeline, Redis, the logs. */
  async judgeRest(sources: RecordSources): Promise<void> {
    const lines = [...[...this.#rooms.values()].flat(), ...this.#others]
    this.#rooms.clear()
    this.#others = []
    await this.#judge(lines, sources)
  }

  async #judge(lines: readonly Line[], sources: RecordSources): Promise<void> {
    const verdict = check(lines, await readRecord(lines, sources))
    if (verdict.violations.length > 0) {
      appendFileSync(this.#evidence, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    }
    this.#verdict = this.#verdict === undefined ? verdict : added(this.#verdict, verdict)
  }

  #linesOf(room: string): Line[] {
    const known = this.#rooms.get(room)
    if (known !== undefined) return known
    const lines: Line[] = []
    this.#rooms.set(room, lines)
    return lines
  }
}

/** What was not seen is said by the last look, which sees the most. */
function added(before: Verdict, now: Verdict): Verdict {
  const counts: Counts = { ...before.counts }
  for (const [name, count] of Object.entries(now.counts) as [keyof Counts, number][]) counts[name] += count
  return {
    violations: [...before.violations, ...now.violations],
    counts,
    suspectBecause: [...before.suspectBecause, ...now.suspectBecause],
    unseen: now.unseen,
  }
}
