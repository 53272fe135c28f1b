import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { projectFolder } from '../../tools/paths.ts'

/** One service of docker-compose.yml, as far as tests ask about it. */
export interface ComposeService {
  image?: string
  pull_policy?: string
  build?: { context: string; target?: string; args?: Record<string, string> }
  user?: string
  command?: string[]
  profiles?: string[]
  environment?: Record<string, string>
  env_file?: unknown
  volumes?: (string | { type: string; source: string; target: string; read_only?: boolean; volume?: unknown })[]
  tmpfs?: string[]
  ports?: string[]
  networks: Record<string, { aliases?: string[] } | null>
  secrets?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test: string[]; interval: string; timeout: string; retries: number; start_period: string }
  ulimits?: { nofile: number | string }
  deploy: { replicas?: string; resources: { limits: { memory: string; cpus: string; pids: number } } }
  logging: { driver: string; options: Record<string, string> }
  restart?: string
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  stop_signal?: string
  stop_grace_period?: string
}

export interface Compose {
  services: Record<string, ComposeService>
  networks: Record<string, { internal?: boolean; enable_ipv6?: boolean } | null>
  volumes: Record<string, { driver_opts?: Record<string, string> } | null>
  secrets: Record<string, { file: string }>
}

/**
 * docker-compose.yml, and what further files add to it, with the values that `env` or the file itself gives to `${…}`. What Compose makes of the
 * same files is held against it where there is a Compose (test/tools/compose-config.test.ts).
 */
export function readCompose(files: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Compose {
  const parts = ['docker-compose.yml', ...files].map((file) => {
    const text = readFileSync(path.join(projectFolder, file), 'utf8')
    return filled(parse(text, { merge: true }), env)
  })
  return parts.reduce(joined) as Compose
}

function filled(value: unknown, env: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return interpolate(value, env)
  if (Array.isArray(value)) return value.map((one: unknown) => filled(one, env))
  if (!isMapping(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, env)]))
}

/** `${A}`, `${A:-otherwise}`, `${A:+instead}`, `${A:?what is missing}` and `$$`. */
export function interpolate(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\{(\w+)(?::([-+?])([^}]*))?\}/g, (_whole, name?: string, kind?: string, word = '') => {
    if (name === undefined) return '$'
    const value = env[name] ?? ''
    if (kind === '+') return value === '' ? '' : word
    if (value !== '' || kind === undefined) return value
    if (kind === '?') throw new Error(`${name}: ${word}`)
    return word
  })
}

/** Mappings are joined, lists go on, anything else is replaced. */
function joined(first: unknown, second: unknown): unknown {
  if (Array.isArray(first) && Array.isArray(second)) return [...(first as unknown[]), ...(second as unknown[])]
  if (!isMapping(first) || !isMapping(second)) return second
  const names = new Set([...Object.keys(first), ...Object.keys(second)])
  return Object.fromEntries(
    [...names].map((name) => {
      const isBoth = name in first && name in second
      return [name, isBoth ? joined(first[name], second[name]) : (second[name] ?? first[name])]
    }),
  )
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
