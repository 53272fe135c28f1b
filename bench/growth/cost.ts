import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { connectMysql, selectRows } from '../../src/platform/mysql.ts'
import type { Sql } from '../../src/platform/mysql.ts'
import type { Figures } from '../contract.ts'
import { processorSeconds, usedBetween } from '../processor-time.ts'
import type { Site } from '../site/site.ts'

/** What all processes of a site have done since they were started, as their kernel, Redis and the database count it. */
interface Counters {
  processor: Record<string, number>
  /** `write` and the like of both servers, and the bytes of them. */
  serverWrites: number
  serverBytes: number
  redisCommands: number
  redisBytes: number
  statements: number
  databaseBytes: number
}

/** Says what a piece of work cost a site. */
export class Meter {
  readonly #site: Site
  readonly #redis: Redis
  readonly #sql: Sql

  constructor(site: Site) {
    this.#site = site
    this.#redis = new Redis(site.redisUrl)
    this.#sql = connectMysql({ url: site.databaseUrl, poolMax: 1, acquireTimeoutMs: 10_000 })
  }

  async stop(): Promise<void> {
    this.#redis.disconnect()
    await this.#sql.destroy()
  }

  /** What `work` cost, all told, in microseconds, counts and bytes for each of the `pieces` that it answers. */
  async perPiece(work: () => Promise<number>): Promise<Figures> {
    const before = await this.#read()
    const pieces = await work()
    const after = await this.#read()
    const micros = Object.entries(usedBetween(before.processor, after.processor)).map(
      ([part, seconds]) => [partOf(part), (seconds * 1_000_000) / pieces] as const,
    )
    const byPart = Map.groupBy(micros, ([part]) => part)
    const each = (of: (counters: Counters) => number): number => (of(after) - of(before)) / pieces
    return {
      cpuMicros: sum(micros.map(([, value]) => value)),
      ...Object.fromEntries(
        [...byPart].map(([part, values]) => [`${part}Micros`, sum(values.map(([, value]) => value))]),
      ),
      serverWrites: each(({ serverWrites }) => serverWrites),
      serverBytes: each(({ serverBytes }) => serverBytes),
      redisCommands: each(({ redisCommands }) => redisCommands),
      redisBytes: each(({ redisBytes }) => redisBytes),
      statements: each(({ statements }) => statements),
      databaseBytes: each(({ databaseBytes }) => databaseBytes),
    }
  }

  /** Bytes that Redis holds now. */
  async redisMemory(): Promise<number> {
    return Number(/^used_memory:(\d+)/m.exec(await this.#redis.info('memory'))?.[1])
  }

  async #read(): Promise<Counters> {
    const { commands, bytes } = await this.#redisCounters()
    const status = await statusOf(this.#sql)
    const pids = this.#site.pids()
    const servers = Object.entries(pids).filter(([part]) => part.startsWith('server-'))
    const written = servers.map(([, pid]) => writtenBy(pid))
    return {
      processor: processorSeconds(pids),
      serverWrites: sum(written.map(({ calls }) => calls)),
      serverBytes: sum(written.map(({ bytes: each }) => each)),
      ...{ redisCommands: commands, redisBytes: bytes },
      statements: status.get('Questions') ?? 0,
      databaseBytes: (status.get('Bytes_received') ?? 0) + (status.get('Bytes_sent') ?? 0),
    }
  }

  /** What scripts call is counted too. */
  async #redisCounters(): Promise<{ commands: number; bytes: number }> {
    const stats = await this.#redis.info('stats')
    const number = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(stats)?.[1] ?? 0)
    return {
      commands: number('total_commands_processed'),
      bytes: number('total_net_input_bytes') + number('total_net_output_bytes'),
    }
  }
}

/** The servers are one part, as are the workers. */
function partOf(name: string): string {
  return name.replace(/^(server|worker)-\d+$/, '$1')
}

async function statusOf(sql: Sql): Promise<Map<string, number>> {
  const rows = await selectRows<{ Variable_name: string; Value: string }>(
    sql,
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions', 'Bytes_received', 'Bytes_sent')",
  )
  return new Map(rows.map((row) => [row.Variable_name, Number(row.Value)]))
}

/** As the kernel counts them: `write` and `writev`, into sockets too. */
function writtenBy(pid: number): { calls: number; bytes: number } {
  const text = readFileSync(`/proc/${pid}/io`, 'utf8')
  const number = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1] ?? 0)
  return { calls: number('syscw'), bytes: number('wchar') }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
