import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { limitsForLoad } from '../load/limits.ts'
import { localLayout } from '../../tools/local/layout.ts'
import type { Layout } from '../../tools/local/layout.ts'
import { emptyLayout, giveUpOwnership } from '../../tools/local/ownership.ts'
import { startStack } from '../../tools/local/stack.ts'
import { dataFolder, projectFolder } from '../../tools/paths.ts'
import { Problem } from '../../tools/problem.ts'
import type { Progress } from '../../tools/progress.ts'
import { providePrograms } from '../../tools/services/provide.ts'
import { Supervisor } from '../../tools/supervisor.ts'

/** The stack that is soaked. */
export interface Site {
  address: string
  servers: readonly string[]
  databaseUrl: string
  redisUrl: string
  transcriptsFolder: string
  mediaFolder: string
  /** Process ids by part, as they are now. */
  pids(): Readonly<Record<string, number>>
  /** File of the probe of a part; undefined where processes were not started with one. */
  probe(part: string): string | undefined
  /** What the processes of Madang have logged. */
  logs(): { name: string; text: string }[]
  /** What is other than usual. */
  unusual: readonly string[]
  /** Why something cannot be seen. */
  unseen: readonly string[]
  stop(): Promise<void>
}

/** What takes an hour on a site has to reach its steady state within the first half of a soak. */
const times = { CLOSED_META_SECONDS: 120, SLEEP_AFTER_SECONDS: 120, FLUSH_AGE_SECONDS: 10 }

/** A stack of its own, from nothing, with probes in its processes. What dies is started again, and said. */
export async function ownSite(progress: Progress): Promise<Site> {
  const layout = await emptyLayout(path.join(dataFolder, 'soak', 'stack'))
  const probes = layout.inside('probes')
  mkdirSync(probes)
  const programs = await providePrograms(progress)
  const supervisor = new Supervisor({ say: (text) => progress.say(text), onChange: () => undefined })
  const settings = { ...limitsForLoad, ...times }
  const env = { ...ownEnv(), ...asText(settings), ...probing(probes), LOG_LEVEL: 'warn' }
  const options = { port: undefined, folder: layout.folder, isDemoWanted: false, trustedProxies: [] }
  const given = { databaseUrl: undefined, redisUrl: undefined }
  const stop = async (): Promise<void> => {
    await supervisor.stop()
    giveUpOwnership(layout)
  }
  try {
    const stack = await startStack({ layout, options: { ...options, ...given }, programs, supervisor, progress, env })
    return {
      ...{ address: stack.address, servers: stack.servers, databaseUrl: stack.databaseUrl, redisUrl: stack.redisUrl },
      ...foldersIn(layout.env),
      pids: () => supervisor.pids,
      probe: (part) => path.join(probes, `${part}.json`),
      logs: () => logsIn(layout),
      unusual: Object.entries(settings).map(([name, value]) => `${name}=${value}`),
      unseen: [],
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const stackShape = z.object({
  ...{ address: z.string(), servers: z.array(z.string()), databaseUrl: z.string(), redisUrl: z.string() },
  pids: z.record(z.string(), z.number()),
})

/** A stack that `npm start` runs. It is neither started nor stopped, and its limits are what they are. */
export function givenSite(file: string): Site {
  const stack = readStack(file)
  const layout = localLayout(path.dirname(file))
  return {
    ...{ address: stack.address, servers: stack.servers, databaseUrl: stack.databaseUrl, redisUrl: stack.redisUrl },
    ...foldersIn(layout.env),
    // A part that was started again has another id by then.
    pids: () => readStack(file).pids,
    probe: () => undefined,
    logs: () => logsIn(layout),
    unusual: [],
    unseen: ['heap, buffers and event loop delay: this stack was started without probes'],
    stop: async () => undefined,
  }
}

function readStack(file: string): z.output<typeof stackShape> {
  try {
    return stackShape.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new Problem(`${file} is not the stack.json of a running npm start`, { cause: error })
  }
}

/** Nothing of the person's own settings: a soak is the same everywhere. */
function ownEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'] }
}

function probing(folder: string): Record<string, string> {
  const probe = pathToFileURL(path.join(projectFolder, 'proof', 'soak', 'probe.ts')).href
  return { NODE_OPTIONS: `--import=${probe}`, SOAK_PROBES: folder }
}

function foldersIn(envFile: string): { transcriptsFolder: string; mediaFolder: string } {
  const { TRANSCRIPTS_FOLDER = '', MEDIA_FOLDER = '' } = parseEnv(readFileSync(envFile, 'utf8'))
  return {
    transcriptsFolder: path.resolve(projectFolder, TRANSCRIPTS_FOLDER),
    mediaFolder: path.resolve(projectFolder, MEDIA_FOLDER),
  }
}

function logsIn(layout: Layout): { name: string; text: string }[] {
  return ['server-1', 'server-2', 'worker-1'].map((name) => ({ name, text: readFileSync(layout.log(name), 'utf8') }))
}

function asText(values: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}
