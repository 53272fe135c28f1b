import path from 'node:path'
import { loadConfig } from '../../src/config.ts'
import { overrideSettings } from '../env-file.ts'
import { projectFolder } from '../paths.ts'
import { writeWhole } from '../whole-file.ts'
import type { Layout } from './layout.ts'
import type { Secrets } from './secrets.ts'

/** What every process of the local stack is told, beside what it is told alone (its name and its port). */
export interface SharedSettings {
  databaseUrl: string
  redisUrl: string
  publicPort: number
  secrets: Secrets
  layout: Layout
}

export type ChildEnv = Record<string, string | undefined>

/** Standard values that the person's own environment may replace, and below them those that it may not. */
export function childEnv(shared: SharedSettings, env: NodeJS.ProcessEnv): ChildEnv {
  const { layout } = shared
  // A process that died is back sooner when Node need not compile everything again.
  const own = { TZ: 'UTC', NODE_COMPILE_CACHE: layout.inside('compile-cache') }
  const told: ChildEnv = { ...own, ...standards(shared), ...env }
  overrideSettings(told, connections(shared))
  return told
}

/** The same as a file for `node --env-file`, readable by its owner alone. */
export function writeEnvFile(file: string, shared: SharedSettings, env: NodeJS.ProcessEnv): void {
  const settings = Object.entries(standards(shared)).map(([name, standard]) => {
    const own = env[`${name}_FILE`]
    return own ? [`${name}_FILE`, path.resolve(own)] : [name, env[name] || standard]
  })
  const lines = [...settings, ...Object.entries(connections(shared))].map(([name, value]) => `${name}='${value}'`)
  writeWhole(file, `${lines.join('\n')}\n`)
}

/** Of an upload around the picture in it. */
const wrappingBytes = 65_536

/** What Nginx has to know of pictures: the folder of the servers, where browsers find them, and a little more than their limit. */
export function pictureSettings(env: ChildEnv): { mediaFolder: string; mediaBaseUrl: string; uploadMax: string } {
  const { MEDIA_FOLDER, MEDIA_BASE_URL, MEDIA_MAX_BYTES } = loadConfig(env)
  return {
    mediaFolder: path.resolve(projectFolder, MEDIA_FOLDER),
    mediaBaseUrl: MEDIA_BASE_URL,
    uploadMax: String(MEDIA_MAX_BYTES + wrappingBytes),
  }
}

function standards({ publicPort, secrets, layout }: SharedSettings): Record<string, string> {
  return {
    PUBLIC_ORIGIN: `http://localhost:${publicPort}`,
    ALLOWED_ORIGINS: `http://127.0.0.1:${publicPort}`,
    TOKEN_KEYS: secrets.tokenKeys,
    RECEIPT_KEY: secrets.receiptKey,
    TRANSCRIPTS_FOLDER: layout.inside('transcripts'),
    MEDIA_FOLDER: layout.inside('media'),
    // Nobody is far away: sockets need not be sent off one by one.
    DRAIN_SECONDS: '1',
  }
}

function connections({ databaseUrl, redisUrl }: SharedSettings): Record<string, string> {
  return { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }
}
