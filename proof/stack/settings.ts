import { pathToFileURL } from 'node:url'
import path from 'node:path'
import { loadConfig, raisedLimits } from '../../src/config.ts'
import { limitsForLoad } from '../load/limits.ts'
import type { Layout } from '../../tools/local/layout.ts'
import type { Secrets } from '../../tools/local/secrets.ts'
import type { ChildEnv } from '../../tools/local/settings.ts'
import { projectFolder } from '../../tools/paths.ts'

/** Of the limits that a drill is not about, those that a load does not reach. */
const limits = { ...limitsForLoad, INVITATIONS_PER_MINUTE: 100_000 }

/** What happens in minutes on a site has to happen in the seconds of a run: flushes, sweeps, sleep, second looks. */
const times = {
  FLUSH_ENTRIES: 40,
  FLUSH_BYTES: 65_536,
  FLUSH_AGE_SECONDS: 2,
  FLUSH_SLICE_ENTRIES: 10,
  FLUSH_TRANSACTION_ENTRIES: 40,
  SWEEP_SECONDS: 1,
  SLEEP_AFTER_SECONDS: 3,
  SENT_MAX_IDS: 2000,
  SENT_MAX_SECONDS: 60,
  WITNESS_MS: 100,
  CHECKPOINT_ENTRIES: 100,
  HEAD_CHECK_SECONDS: 1,
  EVENTS_RELAY_MS: 250,
  EVENTS_CHECK_MS: 250,
  CLOSING_RETRY_SECONDS: 1,
  CLOSED_META_SECONDS: 60,
  PING_SECONDS: 3,
  PONG_SECONDS: 2,
  STREAM_HEARTBEAT_SECONDS: 2,
  DRAIN_SECONDS: 1,
}

export interface StackSettings {
  layout: Layout
  secrets: Secrets
  /** Where people come in, first the one that they are told. */
  origins: readonly string[]
  databaseUrl: string
  redisUrl: string
  /** Milliseconds by which the clock of the process is off. */
  clockFile: string
}

/** Environment of one process of Madang, with nothing of ours but what it needs to run. */
export function processEnv(settings: StackSettings): ChildEnv {
  const { layout, secrets, origins, databaseUrl, redisUrl, clockFile } = settings
  const [publicOrigin = '', ...others] = origins
  const clock = pathToFileURL(path.join(projectFolder, 'proof', 'faults', 'clock.ts'))
  return {
    ...{ PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: 'UTC', LOG_LEVEL: 'info' },
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? layout.inside('compile-cache'),
    NODE_OPTIONS: `--import=${clock.href}`,
    DRILL_CLOCK: clockFile,
    PUBLIC_ORIGIN: publicOrigin,
    ALLOWED_ORIGINS: others.join(','),
    TOKEN_KEYS: secrets.tokenKeys,
    RECEIPT_KEY: secrets.receiptKey,
    TRANSCRIPTS_FOLDER: layout.inside('transcripts'),
    MEDIA_FOLDER: layout.inside('media'),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    ...asText({ ...limits, ...times }),
  }
}

/** What is other than on a site, for who reads the output. */
export function unusualSettings(env: ChildEnv): string[] {
  const raised = new Set(Object.keys(raisedLimits(loadConfig(env))))
  const wider = [...raised].map((name) => `${name}=${env[name]}`)
  const quicker = Object.entries(times).filter(([name]) => !raised.has(name))
  return [...quicker.map(([name, value]) => `${name}=${value}`), ...wider]
}

function asText(values: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}
