import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import type { Target } from './contract.ts'

/** What somebody else sees of the service while a tool is at it. */
export interface Watched {
  probes: number
  slowestMs: number
  /** Answers that took longer than a second. */
  slow: number
  /** Why a probe was not answered, or wrongly. */
  failures: string[]
  /** Most bytes that each process had in memory, by name. */
  most: Record<string, number>
}

const everyMs = 250
const slowMs = 1000
const patienceMs = 5000
/** Not the tool's: Nginx limits each address, and whoever shares that of an attacker is refused with him. */
const localAddress = process.platform === 'linux' ? '127.0.0.2' : undefined

/** Asks as a person who is signed in, on a new connection each time, until it is stopped. */
export class Probe {
  readonly #target: Target
  readonly #pids: () => Record<string, number | undefined>
  readonly #watched: Watched = { probes: 0, slowestMs: 0, slow: 0, failures: [], most: {} }
  #isOver = false
  readonly #done: Promise<void>

  constructor(target: Target, pids: () => Record<string, number | undefined>) {
    this.#target = target
    this.#pids = pids
    this.#done = this.#run()
  }

  async stop(): Promise<Watched> {
    this.#isOver = true
    await this.#done
    return this.#watched
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      await this.#look()
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  }

  async #look(): Promise<void> {
    const watched = this.#watched
    const startedAt = performance.now()
    const answer = await ask(this.#target)
    const ms = Math.round(performance.now() - startedAt)
    watched.probes += 1
    watched.slowestMs = Math.max(watched.slowestMs, ms)
    if (ms > slowMs) watched.slow += 1
    if (answer !== 200) watched.failures.push(`a probe was answered ${answer} after ${ms} ms`)
    for (const [name, pid] of Object.entries(this.#pids())) {
      if (pid === undefined) watched.failures.push(`${name} does not run`)
      else watched.most[name] = Math.max(watched.most[name] ?? 0, residentBytes(pid))
    }
  }
}

function ask({ address, token }: Target): Promise<number | string> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}`, connection: 'close' }
    const options = { agent: false, headers, timeout: patienceMs, localAddress }
    const asked = request(`${address.replace('localhost', '127.0.0.1')}/v1/me`, options, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
    asked.on('timeout', () => asked.destroy(new Error('nothing')))
    asked.on('error', (error) => resolve(error.message))
    asked.end()
  })
}

/** 0 where the system does not say. */
export function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
