import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { projectFolder } from '../../tools/paths.ts'
import { underWay } from '../under-way.ts'
import type { DialectName } from './dialects.ts'
import type { ClientReport, FromClient, Load, SocketPlan, ToClient } from './plan.ts'

export interface CrowdOptions {
  dialect: DialectName
  sockets: readonly SocketPlan[]
  /** Processes that share the sockets. */
  processes: number
}

/** What all processes of the load have found together, over one round. */
export interface CrowdReport extends Omit<ClientReport, 'orders' | 'firstAtMs' | 'lastAtMs'> {
  /** From the first message to the last delivery. */
  seconds: number
  /** Rooms whose listeners did not all hear the same order. */
  roomsInDisorder: number
  /** Share of one processor that the busiest process of the load took. */
  busiest: number
}

const program = path.join(projectFolder, 'bench', 'clients', 'client.ts')

/** Clients in processes of their own. */
export class Crowd {
  readonly stop: () => Promise<void>
  readonly #clients: readonly Client[]

  private constructor(clients: readonly Client[]) {
    this.#clients = clients
    this.stop = underWay(async () => {
      await Promise.all(clients.map((client) => client.stop()))
    })
  }

  /** Resolves when every socket listens. */
  static async open({ dialect, sockets, processes }: CrowdOptions): Promise<Crowd> {
    const senders = sockets.reduce((most, { sender = -1 }) => Math.max(most, sender + 1), 0)
    const crowd = new Crowd(Array.from({ length: processes }, () => new Client()))
    try {
      await Promise.all(
        crowd.#clients.map((client, index) => {
          const own = sockets.filter((_, place) => place % processes === index)
          return client.ask({ type: 'open', plan: { dialect, senders, sockets: own } }, 'ready')
        }),
      )
      return crowd
    } catch (error) {
      await crowd.stop()
      throw error
    }
  }

  /** One round: everybody who speaks does, until all have heard all or nothing more comes. */
  async round(load: Load): Promise<CrowdReport> {
    const said = await Promise.all(
      this.#clients.map((client) => client.ask({ type: 'go', load: this.#share(load) }, 'sent')),
    )
    const sent: Record<string, number[]> = {}
    for (const { senders } of said) {
      for (const one of senders) (sent[one.room] ??= [])[one.sender] = one.sent
    }
    for (const counts of Object.values(sent)) fillHoles(counts)
    const settled = await Promise.all(this.#clients.map((client) => client.ask({ type: 'settle', sent }, 'settled')))
    return merged(settled.map(({ report }) => report))
  }

  #share(load: Load): Load {
    return load.type === 'paced' ? { ...load, perSecond: load.perSecond / this.#clients.length } : load
  }
}

type Answer<Type> = Extract<FromClient, { type: Type }>

/** One process. */
class Client {
  readonly #child: ChildProcess
  #failed: string | undefined

  constructor() {
    // The bench's own options, such as those of a profile, are not for its clients.
    this.#child = fork(program, [], {
      execArgv: ['--max-semi-space-size=32'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child.on('message', (message: FromClient) => {
      if (message.type === 'failed') this.#failed ??= message.reason
    })
  }

  /** Rejects with what went wrong in the process since it was started. */
  ask<Type extends FromClient['type']>(message: ToClient, expected: Type): Promise<Answer<Type>> {
    return new Promise((resolve, reject) => {
      const over = (): void => void this.#child.off('message', hear).off('exit', gone)
      const hear = (answer: FromClient): void => {
        if (answer.type !== expected && answer.type !== 'failed') return
        over()
        if (answer.type === 'failed' || this.#failed !== undefined) reject(new Error(this.#failed ?? 'it failed'))
        else resolve(answer as Answer<Type>)
      }
      const gone = (): void => {
        over()
        reject(new Error('a process of the load ended'))
      }
      this.#child.on('message', hear).once('exit', gone)
      this.#child.send(message)
    })
  }

  stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve()
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve())
      if (this.#child.connected) this.#child.disconnect()
      else this.#child.kill()
    })
  }
}

/** A sender of another room has sent nothing here. */
function fillHoles(counts: number[]): void {
  for (let sender = 0; sender < counts.length; sender += 1) counts[sender] ??= 0
}

function merged(reports: readonly ClientReport[]): CrowdReport {
  const sum = (of: (report: ClientReport) => number): number => reports.reduce((total, each) => total + of(each), 0)
  const first = Math.min(...reports.map(({ firstAtMs }) => firstAtMs))
  const last = Math.max(...reports.map(({ lastAtMs }) => lastAtMs))
  const seconds = (last - first) / 1000
  return {
    sent: sum(({ sent }) => sent),
    acknowledged: sum(({ acknowledged }) => acknowledged),
    deliveries: sum(({ deliveries }) => deliveries),
    missing: sum(({ missing }) => missing),
    duplicates: sum(({ duplicates }) => duplicates),
    overtaken: sum(({ overtaken }) => overtaken),
    latenciesMs: reports.flatMap(({ latenciesMs }) => latenciesMs),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    busiest: Math.max(...reports.map(({ cpuSeconds }) => cpuSeconds / seconds)),
    roomsInDisorder: disorder(reports),
    seconds,
  }
}

function disorder(reports: readonly ClientReport[]): number {
  const orders = new Map<string, Set<number>>()
  for (const report of reports) {
    for (const [room, digests] of Object.entries(report.orders)) {
      orders.set(room, new Set([...(orders.get(room) ?? []), ...digests]))
    }
  }
  return [...orders.values()].filter((digests) => digests.size > 1).length
}
