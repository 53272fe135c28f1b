import path from 'node:path'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import type { Connection } from 'mysql2/promise'
import { madangNames, sleep } from '../faults/fault.ts'
import type { Inside, MadangName, PartName, Patient } from '../faults/fault.ts'
import { localLayout } from '../../tools/local/layout.ts'
import type { Layout } from '../../tools/local/layout.ts'
import { runCommand } from '../../tools/local/one-off.ts'
import { localSecrets } from '../../tools/local/secrets.ts'
import type { ChildEnv } from '../../tools/local/settings.ts'
import { freePort } from '../../tools/ports.ts'
import { Problem } from '../../tools/problem.ts'
import type { Progress } from '../../tools/progress.ts'
import { endLeftover, markOf, stopProcess } from '../../tools/processes.ts'
import { providePrograms } from '../../tools/services/provide.ts'
import { Supervisor } from '../../tools/supervisor.ts'
import type { Service } from '../../tools/supervisor.ts'
import { waitFor } from '../../tools/wait.ts'
import { account, planBacking, schema } from './backing.ts'
import type { Backing } from './backing.ts'
import { openLinks } from './links.ts'
import { planMadang } from './madang.ts'
import { unusualSettings } from './settings.ts'
import { drillFolder, stackFolder, throwAway } from './volumes.ts'

/** All of Madang with two servers and two workers, each on a network of its own that can be broken. What dies is started again. */
export interface DrillStack {
  patient: Patient
  inside: Inside
  /** Of the proxy in front of Nginx. */
  address: string
  /** Of each web server itself. */
  servers: readonly string[]
  /** Straight to the services, with all rights. */
  databaseUrl: string
  redisUrl: string
  /** Environment of a command that is run beside the stack. */
  env: ChildEnv
  /** Settings that are other than on a site, as `NAME=value`. */
  unusual: readonly string[]
  log(part: PartName): string
  /** Where the stack is, for who keeps it. */
  folder: string
  /** Answers with the parts that were not ready in time; with none when all is whole. */
  untilWhole(withinMs: number): Promise<string[]>
  /** Everything is ended; its data are thrown away unless they are kept. */
  stop(options: { isKept: boolean }): Promise<void>
}

export interface StackOptions {
  progress: Progress
  /** Hears what the supervisor has started again. */
  onSay: (text: string) => void
  /** Two stacks at once have names of their own. */
  name: string
}

export async function startDrillStack(options: StackOptions): Promise<DrillStack> {
  const programs = await providePrograms(options.progress)
  const layout = await emptyLayout(stackFolder(path.join(drillFolder, options.name)))
  const supervisor = new Supervisor({ say: options.onSay, onChange: () => undefined })
  const closers: (() => Promise<void> | void)[] = [() => supervisor.stop()]
  const stop: DrillStack['stop'] = async ({ isKept }) => {
    for (const close of closers) await close()
    if (!isKept) throwAway(layout.folder)
  }
  try {
    const secrets = localSecrets(layout.secrets)
    const { step } = options.progress
    const backing = await planBacking(layout, programs, secrets)
    await step('Database and Redis', () => supervisor.start(...backing.services))
    await backing.makeSchema()
    const redis = connectRedis(backing.redisUrl)
    closers.push(() => redis.disconnect())
    const nginx = { program: programs.nginx, port: await freePort() }
    const links = await openLinks({ ...backing.ports, nginx: nginx.port })
    closers.push(() => links.close())
    const madang = await planMadang({ layout, secrets, backing, links, nginx })
    await step('Migrations', () =>
      runCommand({ script: 'src/commands/migrate.ts', log: layout.log('migrate'), env: madang.env }),
    )
    await step('Two servers and two workers', () => supervisor.start(...madang.services))
    await step('Nginx', () => supervisor.start(madang.nginx))
    const pidOf = (part: PartName): number => supervisor.pids[part] ?? 0
    const services = [...backing.services, ...madang.services, madang.nginx]
    const restart = restarter(services, pidOf)
    const inside: Inside = { ...insideOf(backing), redis, restart, setClock: (...of) => madang.setClock(...of) }
    return {
      ...{ inside, stop, patient: { pidOf, links: links.all, inside } },
      ...{ address: madang.address, servers: madang.servers, env: madang.env },
      ...{ databaseUrl: backing.databaseUrl, redisUrl: backing.redisUrl, folder: layout.folder },
      unusual: unusualSettings(madang.env),
      log: (part) => layout.log(part),
      untilWhole: (withinMs) => untilReady(services, withinMs),
    }
  } catch (error) {
    await stop({ isKept: false })
    throw error
  }
}

/** What an earlier drill left is ended and thrown away. */
async function emptyLayout(folder: string): Promise<Layout> {
  const before = localLayout(folder)
  for (const name of ['nginx', ...madangNames, 'redis', 'database']) await endLeftover(before.pidFile(name))
  throwAway(folder)
  return localLayout(folder)
}

function insideOf(backing: Backing): Omit<Inside, 'redis' | 'restart' | 'setClock'> {
  const { redisFolder, volumeOf, beforeRedisStarts, databaseUrl } = backing
  return { schema, account, redisFolder, volumeOf, beforeRedisStarts, database: () => connectDatabase(databaseUrl) }
}

const endsWithinMs = 15_000
const backWithinMs = 60_000

function restarter(services: readonly Service[], pidOf: (part: PartName) => number): Inside['restart'] {
  return async (part: MadangName) => {
    const mark = markOf(pidOf(part))
    if (mark === undefined) return false
    await stopProcess(mark, { withinMs: endsWithinMs })
    const service = services.find(({ name }) => name === part)
    const isBack = async (): Promise<boolean> => pidOf(part) !== mark.pid && (await service?.isReady()) === true
    if ((await waitFor({ isTrue: isBack, withinMs: backWithinMs })) === 'yes') return true
    throw new Problem(`${part} was not back within ${backWithinMs / 1000} s`)
  }
}

async function untilReady(services: readonly Service[], withinMs: number): Promise<string[]> {
  const outcomes = await Promise.all(
    services.map(async (service) => {
      const outcome = await waitFor({ isTrue: () => service.isReady(), withinMs })
      return outcome === 'yes' ? [] : [service.name]
    }),
  )
  return outcomes.flat()
}

/** How long a service may be away, under another fault, for who is to do something to it; less than a fault has to be made. */
const awayMs = 45_000
const reconnectMs = 100

function connectRedis(url: string): Redis {
  const redis = new Redis(url, {
    protocol: 2,
    maxRetriesPerRequest: awayMs / reconnectMs,
    connectionName: 'drill',
    retryStrategy: () => reconnectMs,
  })
  redis.on('error', () => undefined)
  return redis
}

async function connectDatabase(uri: string): Promise<Connection> {
  const deadline = performance.now() + awayMs
  for (;;) {
    try {
      const connection = await createConnection({ uri, connectTimeout: 2000 })
      // A connection that another fault has broken is found out at its next use.
      connection.on('error', () => undefined)
      return connection
    } catch (error) {
      if (performance.now() > deadline) throw error
      await sleep(reconnectMs)
    }
  }
}
