import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import type { Layout } from '../../tools/local/layout.ts'
import { emptyLayout, giveUpOwnership } from '../../tools/local/ownership.ts'
import { startStack } from '../../tools/local/stack.ts'
import { dataFolder } from '../../tools/paths.ts'
import { silentProgress } from '../../tools/progress.ts'
import { providePrograms } from '../../tools/services/provide.ts'
import type { Programs } from '../../tools/services/find.ts'
import { Supervisor } from '../../tools/supervisor.ts'
import { limitsForLoad } from '../../proof/load/limits.ts'
import type { Pids } from '../processor-time.ts'
import { underWay } from '../under-way.ts'

/** Madang as `npm start` starts it: two servers, a worker, Redis that keeps every write, a database, Nginx. */
export interface Site {
  /** Through Nginx. */
  address: string
  /** The servers themselves, as `http://127.0.0.1:PORT`. */
  servers: readonly string[]
  databaseUrl: string
  redisUrl: string
  /** The settings of its processes, such as TOKEN_KEYS. */
  settings: Readonly<Record<string, string | undefined>>
  /** By part: `nginx`, `server-1`, `server-2`, `worker-1`, `redis`, `database`. */
  pids(): Pids
  layout: Layout
  programs: Programs
  stop(): Promise<void>
}

export interface SiteOptions {
  /** Its folder below `.data/bench`: nobody else may use it at the same time. */
  name: string
  /** Settings other than on a site, beside the limits that keep single people from loading it; they are printed. */
  settings?: Readonly<Record<string, string | number>>
  log(line: string): void
}

/** From an empty folder. What dies is started again, and said; everything is stopped by `stop`, or when the bench ends early. */
export async function startSite({ name, settings = {}, log }: SiteOptions): Promise<Site> {
  const layout = await emptyLayout(path.join(dataFolder, 'bench', name))
  const programs = await providePrograms(silentProgress)
  const supervisor = new Supervisor({ say: log, onChange: () => undefined })
  const stop = underWay(async () => {
    await supervisor.stop()
    giveUpOwnership(layout)
  })
  try {
    const raised = { ...limitsForLoad, ...settings }
    log(`Madang with ${inWords(raised)}`)
    const options = { port: undefined, folder: layout.folder, isDemoWanted: false, trustedProxies: [] }
    const given = { databaseUrl: undefined, redisUrl: undefined }
    const env = { ...ownEnv(), ...asText(raised) }
    const context = { layout, programs, supervisor, progress: silentProgress, env }
    const stack = await startStack({ ...context, options: { ...options, ...given } })
    return {
      ...{ address: stack.address, servers: stack.servers, databaseUrl: stack.databaseUrl, redisUrl: stack.redisUrl },
      ...{ settings: parseEnv(readFileSync(layout.env, 'utf8')), layout, programs, stop },
      pids: () => supervisor.pids,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Nothing of the person's own settings, but what profiles the servers: `BENCH_NODE_OPTIONS="--cpu-prof …"`. */
export function ownEnv(): NodeJS.ProcessEnv {
  const { PATH, HOME, BENCH_NODE_OPTIONS } = process.env
  return { PATH, HOME, ...(BENCH_NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS: BENCH_NODE_OPTIONS }) }
}

function asText(values: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}

function inWords(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
