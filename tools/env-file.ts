import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { projectFolder } from './paths.ts'
import { Problem } from './problem.ts'

type Env = Record<string, string | undefined>

/**
 * Puts the settings of a file, `.env` without a name, into `env`. What is set there already stays as it is, whether by NAME
 * or by NAME_FILE: servers believe the file of the two, and it would win over what somebody has typed. An empty one keeps
 * out only itself: so `npm start` has a database of its own where DATABASE_URL is typed empty, whatever `.env` says of it.
 * Answers what stands in the file.
 */
export function loadEnvFile(env: Env): Env {
  return addSettings(env, path.join(projectFolder, '.env'), Object.keys(env))
}

/** The same of the file of a stack, for who names no service: what is empty is as good as not there. */
export function loadStackFile(env: Env, file: string): void {
  addSettings(env, file, namesFilledIn(env))
}

function addSettings(env: Env, file: string, kept: readonly string[]): Env {
  if (!existsSync(file)) return {}
  const filled = namesFilledIn(env)
  const settings = parseEnv(readFileSync(file, 'utf8'))
  for (const [name, value] of Object.entries(settings)) {
    if (!kept.includes(name) && !filled.includes(otherFormOf(name))) env[name] = value
  }
  return settings
}

const namesFilledIn = (env: Env): string[] => Object.keys(env).filter((name) => env[name])

/** Sets them whatever `env` says, by NAME or by NAME_FILE. */
export function overrideSettings(env: Env, settings: Env): void {
  for (const name of Object.keys(settings)) delete env[otherFormOf(name)]
  Object.assign(env, settings)
}

/** What servers take for the setting, from its file or as it stands; undefined without either. Throws a Problem. */
export function settingOf(env: Env, name: string): string | undefined {
  const file = env[`${name}_FILE`]
  if (!file) return env[name] || undefined
  try {
    return readFileSync(file, 'utf8').trim() || undefined
  } catch {
    throw new Problem(`${name}_FILE: cannot read ${file}`)
  }
}

function otherFormOf(name: string): string {
  return name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : `${name}_FILE`
}
