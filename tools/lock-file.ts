import { readFileSync } from 'node:fs'
import path from 'node:path'
import { projectFolder } from './paths.ts'

/** What may be installed is what the lock file names: each package whole, from the public registry, and without a program that runs at installing. */

const registry = 'https://registry.npmjs.org/'
const exactVersion = /^\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?$/
const elsewhere = /^(?:git|github|gitlab|bitbucket|gist|http|https|file|link|workspace)[+:]|^[\w.-]+\/[\w.-]+(?:#|$)/
const groups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

type Group = Partial<Record<(typeof groups)[number], Record<string, string>>>

interface Locked extends Group {
  version?: string
  integrity?: string
  resolved?: string
  link?: boolean
  inBundle?: boolean
  hasInstallScript?: boolean
}

interface LockFile {
  lockfileVersion?: number
  packages?: Record<string, Locked>
}

/** Names of packages whose install script is known; it does not run here, since packages are installed without scripts. */
export const knownScripts: ReadonlyMap<string, string> = new Map([
  ['@scarf/scarf', 'counts installations for swagger-ui-dist; nothing of it is used'],
  ['exifreader', 'builds a smaller edition of itself when asked to; the whole one comes with it'],
  ['msgpackr-extract', 'compiles a faster reader where no binary fits; msgpackr works without'],
])

/** The lock files of this project that must hold. */
export const lockFiles = [
  'package-lock.json',
  'tools/node/package-lock.json',
  'bench/package-lock.json',
  'tools/lighthouse/package-lock.json',
  'tools/spectral/package-lock.json',
  'tools/kubernetes/package-lock.json',
] as const

/** One sentence for each thing in a lock file that must not be; none for one that is right. */
export function lockFaults(lock: LockFile): string[] {
  const { packages = {}, lockfileVersion } = lock
  const { '': root, ...locked } = packages
  const faults = Object.entries(locked).flatMap(([place, entry]) => packageFaults(place, entry, locked))
  if (lockfileVersion !== 3) faults.unshift(`lockfileVersion is ${lockfileVersion}, not 3`)
  if (root === undefined || Object.keys(locked).length === 0) faults.unshift('no packages are named')
  for (const [name, asked] of wantedBy(root ?? {})) {
    if (!exactVersion.test(asked)) faults.push(`the project asks for ${name} ${asked}, which is no exact version`)
  }
  return faults
}

function packageFaults(place: string, entry: Locked, all: Record<string, Locked>): string[] {
  const faults: string[] = []
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
  if (!place.startsWith('node_modules/') || entry.link === true) faults.push(`${place} is a folder and no package`)
  if (!exactVersion.test(entry.version ?? '')) faults.push(`${place} has no exact version (${entry.version})`)
  if (!hasSum(place, entry, all)) faults.push(`${place} has no SHA-512`)
  if (entry.resolved !== undefined && !entry.resolved.startsWith(registry)) {
    faults.push(`${place} comes from ${entry.resolved}`)
  }
  if (entry.hasInstallScript === true && !knownScripts.has(name)) faults.push(`${place} wants to run an install script`)
  for (const [needed, asked] of wantedBy(entry)) {
    if (elsewhere.test(asked)) faults.push(`${place} asks for ${needed} from ${asked}`)
  }
  return faults
}

/** What is packed within another package is covered by the sum of that one. */
function hasSum(place: string, entry: Locked, all: Record<string, Locked>): boolean {
  if (/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? '')) return true
  const end = place.lastIndexOf('/node_modules/')
  if (entry.inBundle !== true || end < 0) return false
  const outer = place.slice(0, end)
  const around = all[outer]
  return around !== undefined && hasSum(outer, around, all)
}

function wantedBy(entry: Group): [string, string][] {
  return groups.flatMap((group) => Object.entries(entry[group] ?? {}))
}

/** The faults of all lock files, each with the name of its file. */
export function faultsOfLockFiles(): string[] {
  return lockFiles.flatMap((file) => {
    const lock = JSON.parse(readFileSync(path.join(projectFolder, file), 'utf8')) as LockFile
    return lockFaults(lock).map((fault) => `${file}: ${fault}`)
  })
}
