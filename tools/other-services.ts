import { Problem } from './problem.ts'
import type { Foreign } from './services/unstable.ts'

/** A service of another version than this system's, on which the suite passes, too. */
export interface Other extends Foreign {
  /** What tells `npm test` to take it. */
  setting: 'DATABASE_SERVER' | 'REDIS_SERVER' | 'NGINX_SERVER'
  /** How its version begins; without it whatever its release has. */
  version?: string
}

const mariadb = { packages: ['mariadb-server-core'], program: 'mariadbd', setting: 'DATABASE_SERVER' } as const
const mysql = { packages: ['mysql-server-core'], program: 'mysqld', setting: 'DATABASE_SERVER' } as const
const redis = { packages: ['redis-server'], program: 'redis-server', setting: 'REDIS_SERVER' } as const

/** The oldest that Madang takes, what compose runs, and what stands between or beside. */
export const others: readonly Other[] = [
  { name: 'mariadb-10.11', version: '10.11.', release: 'bookworm', ...mariadb },
  { name: 'mariadb-11.8', version: '11.8.', release: 'trixie', ...mariadb },
  { name: 'mysql-9.7', version: '9.7.', release: 'unstable', ...mysql },
  { name: 'redis-7.0', version: '7.0.', release: 'bookworm', ...redis },
  { name: 'redis-8', version: '8.', release: 'unstable', ...redis },
  {
    name: 'valkey',
    release: 'unstable',
    packages: ['valkey-server'],
    program: 'valkey-server',
    setting: 'REDIS_SERVER',
  },
  {
    name: 'nginx-1.30',
    version: '1.30.',
    release: 'unstable',
    packages: ['nginx'],
    program: 'nginx',
    setting: 'NGINX_SERVER',
  },
]

/** Those that the words name, by their whole name or without its version, all where none is named; and the other words. */
export function chooseOthers(words: readonly string[]): { chosen: readonly Other[]; rest: string[] } {
  const isNamed = ({ name }: Other, word: string): boolean => name === word || name.startsWith(`${word}-`)
  const chosen = others.filter((other) => words.some((word) => isNamed(other, word)))
  const rest = words.filter((word) => !others.some((other) => isNamed(other, word)))
  return { chosen: chosen.length > 0 ? chosen : others, rest }
}

/** The version in what a program says of itself. Error: a Problem where it is another one than is meant. */
export function versionOf({ name, version = '', release }: Other, said: string): string {
  // A folder of its path may have a number, too.
  const [found = ''] = /\d+(?:\.\d+)+/.exec(said.replaceAll(/\S*\/(?=[a-z])/g, '')) ?? []
  if (found !== '' && found.startsWith(version)) return found
  const is = found === '' ? `no version in "${said.trim()}"` : found
  throw new Problem(
    `${name}: Debian ${release ?? 'unstable'} has another one by now (${is}): say in tools/other-services.ts where to take it from`,
  )
}
