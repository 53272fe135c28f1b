import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { check, saveRecord } from '../checker/index.ts'
import type { Record, Verdict } from '../checker/contract.ts'
import { History } from '../history/history.ts'
import type { Line } from '../history/line.ts'
import { startLoad } from '../load/index.ts'
import type { Load, LoadCounts } from '../load/contract.ts'
import { Faulting, longestOf } from './faulting.ts'
import type { Tried } from './faulting.ts'
import { savedSchedule } from './schedule.ts'
import type { Planned } from './schedule.ts'
import type { Site } from './site.ts'

export interface RunOptions {
  seed: number
  seconds: number
  people: number
  rooms: number
  messagesPerSecond: number
  /** As the load has it. */
  mostFans?: number | undefined
  /** What is done to this site. */
  planned: readonly Planned[]
  /** Where the history and the record of the run go. */
  folder: string
  onProgress(progress: Progress): void
}

export interface Progress {
  /** What is done right now: `talking`, or what comes after it. */
  phase: string
  seconds: number
  faults: readonly string[]
  counts: LoadCounts
}

/** A run that was held against what was promised. */
export interface RunResult {
  seed: number
  planned: readonly Planned[]
  /** What came of it. */
  tried: readonly Tried[]
  lines: readonly Line[]
  record: Record
  verdict: Verdict
  counts: LoadCounts
  advice: readonly string[]
  seconds: number
  /** What did not come back or to an end in time, in words: not a lie, but not well either. */
  late: readonly string[]
}

const wholeWithinMs = 90_000
const finishWithinMs = 60_000
const finalWithinMs = 90_000
/** Time in which things are read and closed, beside all that is waited for. */
const spareMs = 60_000

/** Talks while things break, heals them, waits until all is quiet, and holds what is there against what people saw. */
export async function drillOnce(site: Site, options: RunOptions): Promise<RunResult> {
  const bound =
    options.seconds * 1000 + longestOf(options.planned) + 2 * wholeWithinMs + finishWithinMs + finalWithinMs + spareMs
  const run = new Run(site, options)
  return run.within(bound)
}

class Run {
  readonly #site: Site
  readonly #options: RunOptions
  readonly #history: History
  readonly #faulting: Faulting
  readonly #began = performance.now()
  #load: Load | undefined
  #phase = 'people come in'

  constructor(site: Site, options: RunOptions) {
    this.#site = site
    this.#options = options
    rmSync(options.folder, { recursive: true, force: true })
    mkdirSync(options.folder, { recursive: true })
    this.#history = new History(path.join(options.folder, 'history.jsonl'))
    this.#faulting = new Faulting(site.patient, this.#history)
  }

  /** Rejects, with everything healed and nobody talking, where the run has not come to its end by then. */
  async within(boundMs: number): Promise<RunResult> {
    const ticker = setInterval(() => this.#options.onProgress(this.#progress()), 1000)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      const say = (): void => reject(new Error(`hung after ${boundMs / 1000} s while: ${this.#phase}`))
      timer = setTimeout(say, boundMs)
    })
    try {
      return await Promise.race([this.#go(), late])
    } finally {
      clearTimeout(timer)
      clearInterval(ticker)
      await Promise.race([this.#leave(), new Promise((resolve) => setTimeout(resolve, 30_000))])
    }
  }

  async #go(): Promise<RunResult> {
    const { seed, planned } = this.#options
    const watch = await this.#site.watch()
    const load = await this.#talk()
    const late = await this.#quieten(load)
    this.#phase = 'the record is read'
    const record = await watch.read(this.#history.lines)
    this.#phase = 'the record is checked'
    const verdict = check(this.#history.lines, record)
    return {
      ...{ seed, planned, record, verdict, late },
      lines: this.#history.lines,
      tried: this.#faulting.tried,
      counts: load.counts(),
      advice: load.advice(),
      seconds: this.#seconds(),
    }
  }

  async #talk(): Promise<Load> {
    const { seed, people, rooms, messagesPerSecond, mostFans, seconds } = this.#options
    const { address, servers, isTimelineIncluded } = this.#site
    const load = await startLoad(
      {
        ...{ address, servers, seed, people, rooms, messagesPerSecond, isTimelineIncluded, mostFans },
        roomLifeMs: Math.max(4000, (seconds * 1000) / 2),
        grantMentor: (username) => this.#site.grantMentor(username),
      },
      this.#history,
    )
    this.#load = load
    this.#phase = 'people talk'
    this.#faulting.begin(this.#options.planned)
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    return load
  }

  /** Answers with what was late, in words. */
  async #quieten(load: Load): Promise<string[]> {
    this.#phase = 'faults are healed'
    await this.#faulting.end()
    this.#phase = 'the stack comes back'
    const late = (await this.#site.untilWhole(wholeWithinMs)).map((part) => `${part} did not come back`)
    this.#phase = 'people finish'
    await load.finish(finishWithinMs)
    this.#phase = 'closings come to their end'
    const deadline = performance.now() + finalWithinMs
    let unfinished = await this.#site.unfinished(load.rooms())
    while (unfinished.length > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      unfinished = await this.#site.unfinished(load.rooms())
    }
    this.#phase = 'people leave'
    await load.stop()
    return [...late, ...unfinished]
  }

  async #leave(): Promise<void> {
    await this.#faulting.end().catch(() => undefined)
    await this.#load?.stop().catch(() => undefined)
    await this.#history.close()
  }

  #progress(): Progress {
    const counts = this.#load?.counts() ?? { sent: 0, acked: 0, unknown: 0, refused: 0, heard: 0, connected: 0 }
    return { phase: this.#phase, seconds: this.#seconds(), faults: this.#faulting.now, counts }
  }

  #seconds(): number {
    return (performance.now() - this.#began) / 1000
  }
}

/** Beside the history: what the run is to be judged by, for who looks into it later. */
export function keepEvidence(folder: string, { record, verdict, planned, tried, late }: RunResult, text: string): void {
  const write = (name: string, content: unknown): void =>
    writeFileSync(path.join(folder, name), `${JSON.stringify(content, undefined, 1)}\n`)
  write('schedule.json', savedSchedule(planned))
  saveRecord(path.join(folder, 'record.json'), record)
  write('verdict.json', { ...verdict, tried, late })
  writeFileSync(path.join(folder, 'summary.txt'), `${text}\n`)
}
