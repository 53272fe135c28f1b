import { appendFileSync } from 'node:fs'
import path from 'node:path'
import type { RecordSources } from '../checker/index.ts'
import type { Verdict } from '../checker/contract.ts'
import { startLoad } from '../load/index.ts'
import type { Load } from '../load/index.ts'
import { JudgedHistory } from './judging.ts'
import type { SoakOptions } from './options.ts'
import { lookAtProcess, unseenHere } from './processes.ts'
import { observer } from './samples.ts'
import type { Sample } from './samples.ts'
import { Services } from './services.ts'
import type { Site } from './site.ts'

/** What a soak has found. */
export interface SoakResult {
  samples: readonly Sample[]
  verdict: Verdict | undefined
  /** Why the promises could not be held against the record. */
  unjudged: string | undefined
  strays: number
  /** Lines about what was limited or started again. */
  advice: readonly string[]
  unseen: readonly string[]
  minutes: number
}

export interface SoakEvents {
  onProgress(progress: { seconds: number; load: Load }): void
  /** Aborted when it shall end early. */
  early: AbortSignal
}

const sampleEveryMs = 10_000
const judgeEveryMs = 30_000
const roomLifeMs = 60_000
const patienceMs = 60_000

/** Rooms are opened, filled and closed and people come and go, until the time is over; meanwhile everything is looked at. */
export async function soak(site: Site, options: SoakOptions, events: SoakEvents): Promise<SoakResult> {
  const { minutes, folder } = options
  const services = await Services.open({ redis: site.redisUrl, database: site.databaseUrl })
  const history = new JudgedHistory(path.join(folder, 'evidence.jsonl'))
  const { people, rooms, seed, messagesPerSecond } = options
  const load = await startLoad(
    {
      ...{ address: site.address, servers: site.servers, seed, rooms, people, messagesPerSecond, roomLifeMs },
      isTimelineIncluded: true,
      grantMentor: (username) => services.grantMentor(username),
    },
    history,
  )
  const watch = new Watch({ site, services, history, load, file: path.join(folder, 'samples.jsonl') })
  const judge = new Judge(site, history, load)
  try {
    await watch.until(minutes, events, (elapsedMs) => judge.lookAt(elapsedMs))
    await load.finish(patienceMs)
    const ended = { minutes: watch.minutes, samples: watch.samples, advice: load.advice() }
    await load.stop()
    await judge.end(watch.redisBytesAtHalf)
    const unseen = [...site.unseen, ...unseenHere()]
    return { ...ended, unseen, verdict: history.verdict, unjudged: judge.failure, strays: history.strays }
  } finally {
    await load.stop()
    await services.close()
  }
}

/** Takes a sample now and then. */
class Watch {
  readonly samples: Sample[] = []
  readonly #parts: { site: Site; services: Services; history: JudgedHistory; load: Load; file: string }
  readonly #began = performance.now()
  #before = { acked: 0, heard: 0, unknown: 0, atMs: 0 }

  constructor(parts: { site: Site; services: Services; history: JudgedHistory; load: Load; file: string }) {
    this.#parts = parts
  }

  get minutes(): number {
    return (performance.now() - this.#began) / 60_000
  }

  get redisBytesAtHalf(): number {
    return this.samples[this.samples.length >> 1]?.values['redis.used'] ?? 0
  }

  async until(minutes: number, events: SoakEvents, also: (elapsedMs: number) => Promise<void>): Promise<void> {
    for (let next = 0; this.minutes < minutes && !events.early.aborted;) {
      if (this.minutes * 60_000 >= next) {
        await this.#sample()
        next += sampleEveryMs
      }
      await also(this.minutes * 60_000)
      events.onProgress({ seconds: this.minutes * 60, load: this.#parts.load })
      await pause(1000, events.early)
    }
    await this.#sample()
  }

  /** What cannot be looked at in this moment is missing in this sample. */
  async #sample(): Promise<void> {
    const { site, services, file } = this.#parts
    const parts = Object.entries({ ...site.pids(), [observer]: process.pid })
    const found = await Promise.all([
      ...parts.map(([part, pid]) =>
        named(part, lookAtProcess({ pid, probe: site.probe(part), isFamily: part === 'nginx' })),
      ),
      named('redis', services.lookAtRedis()),
      named('database', services.lookAtDatabase()),
      named('queues', services.lookAtQueues()),
    ])
    const values = { ...besidePool(Object.assign({}, ...found)), ...this.#lookAtLoad() }
    const sample = { minute: this.minutes, values }
    this.samples.push(sample)
    appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), ...sample })}\n`)
  }

  #lookAtLoad(): Record<string, number> {
    const { load, history } = this.#parts
    const { acked, heard, unknown, connected } = load.counts()
    const atMs = this.minutes * 60_000
    const seconds = Math.max(1, (atMs - this.#before.atMs) / 1000)
    const rates = {
      [`${observer}.acked`]: (acked - this.#before.acked) / seconds,
      [`${observer}.heard`]: (heard - this.#before.heard) / seconds,
      [`${observer}.unknown`]: (unknown - this.#before.unknown) / seconds,
    }
    this.#before = { acked, heard, unknown, atMs }
    return { ...rates, [`${observer}.connected`]: connected, [`${observer}.waitingToBeJudged`]: history.size }
  }
}

/** Judges rooms soon after they have come to their end. */
class Judge {
  failure: string | undefined
  readonly #site: Site
  readonly #history: JudgedHistory
  readonly #load: Load
  #next = judgeEveryMs

  constructor(site: Site, history: JudgedHistory, load: Load) {
    this.#site = site
    this.#history = history
    this.#load = load
  }

  async lookAt(elapsedMs: number): Promise<void> {
    if (elapsedMs < this.#next) return
    this.#next = elapsedMs + judgeEveryMs
    await this.#try(() => this.#history.judgeRooms(this.#load.settled(), this.#sources(undefined)))
  }

  async end(redisBytes: number): Promise<void> {
    await this.#try(() => this.#history.judgeRooms(this.#load.settled(), this.#sources(undefined)))
    await this.#try(() => this.#history.judgeRest(this.#sources(redisBytes)))
  }

  async #try(judge: () => Promise<void>): Promise<void> {
    try {
      await judge()
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error)
    }
  }

  /** Memory of Redis is held against what it was at half time, when everything had been there once. */
  #sources(usedBytesBefore: number | undefined): RecordSources {
    const { databaseUrl, redisUrl, transcriptsFolder, mediaFolder } = this.#site
    return {
      ...{ database: databaseUrl, transcriptsFolder, mediaFolder, isTimelineIncluded: true },
      redis: usedBytesBefore === undefined ? undefined : { url: redisUrl, usedBytesBefore },
      logs: usedBytesBefore === undefined ? [] : this.#site.logs(),
    }
  }
}

async function named(part: string, look: Promise<Record<string, number>>): Promise<Record<string, number>> {
  const values = await look.catch(() => ({}))
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${part}.${name}`, value]))
}

function pause(ms: number, early: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      early.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    early.addEventListener('abort', done, { once: true })
  })
}

/** The database takes memory for its buffer pool until that is full, which says nothing; what it takes beside is judged. */
function besidePool(values: Readonly<Record<string, number>>): Record<string, number> {
  const { 'database.rss': rss, 'database.pool': pool, ...others } = values
  if (rss === undefined || pool === undefined) return others
  return { ...others, 'database.pool': pool, 'database.besidePool': rss - pool }
}
