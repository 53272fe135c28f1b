import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { projectFolder } from './paths.ts'
import { Problem } from './problem.ts'

type Env = Record<string, string | undefined>

/**
 * Puts the settings of a file, `.env` without a name, into `env`. What is set there already stays as it is, whether by NAME
 * or by NAME_FILE: servers believe the file of the two, and it would win over what somebody has typed. An empty one keeps
 * out only itself.
 */
export function loadEnvFile(env: Env, file = path.join(projectFolder, '.env')): void {
  if (!existsSync(file)) return
  const given = new Set(Object.keys(env))
  const filled = new Set(Object.keys(env).filter((name) => env[name]))
  for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8')))) {
    if (!given.has(name) && !filled.has(otherFormOf(name))) env[name] = value
  }
}

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
