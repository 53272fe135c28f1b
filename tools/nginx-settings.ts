import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { projectFolder } from './paths.ts'
import { Problem } from './problem.ts'

/** What nginx/settings.envsh makes of what is set; each is the text that the templates ask for under its name. */
export const derived = [
  'MADANG_LISTEN',
  'MADANG_LISTEN_PLAIN',
  'MADANG_TLS',
  'MADANG_TLS_ORIGIN',
  'MADANG_REDIRECT',
  'MADANG_REAL_ADDRESS',
  'MADANG_BALANCE_BY',
  'MADANG_NAMED',
  'MADANG_WORKER_CONNECTIONS',
  'MADANG_WORKER_FILES',
  'MADANG_PICTURES_FROM',
] as const

export type DerivedName = (typeof derived)[number]

const script = path.join(projectFolder, 'nginx', 'settings.envsh')

/**
 * Runs it as the entry point of the image does, with nothing else in the environment. `tell` hears what it wants to be known.
 * Error: a Problem with its own sentence, when something is set that cannot be meant.
 */
export function deriveSettings(
  settings: Readonly<Record<string, string>>,
  tell: (text: string) => void = () => undefined,
): Record<DerivedName, string> {
  const say = `printf '%s\\0' ${derived.map((name) => `"$${name}"`).join(' ')}`
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-ec', `. "$0" && ${say}`, script], {
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', ...settings },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Problem(stderr.trim())
  tell(stderr)
  const values = stdout.split('\0')
  return Object.fromEntries(derived.map((name, index) => [name, values[index] ?? ''])) as Record<DerivedName, string>
}
