// Plain JavaScript without packages, because the launcher runs it on Node 18.
import { readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Whether the installed packages are those of the lock file. npm writes what it installed into a lock file of its own
 * at the very end, so an installation that was cut short does not count.
 * @param {string} folder a project with package-lock.json and perhaps node_modules
 */
export function hasPackages(folder) {
  const wanted = readLock(path.join(folder, 'package-lock.json'))
  const installed = readLock(path.join(folder, 'node_modules', '.package-lock.json'))
  return Object.entries(wanted).every(([place, entry]) => {
    if (place === '' || ((entry.optional || entry.devOptional) && !isForHere(entry))) return true
    return installed[place]?.version === entry.version
  })
}

/**
 * Whether an optional package is the binary for this platform. Without it the package that it belongs to does not work, so one that
 * an npm has left out counts as missing.
 */
function isForHere({ os, cpu, libc }) {
  const isOurs = (list, here) => list === undefined || list.includes(here)
  if (!os?.includes(process.platform) || !isOurs(cpu, process.arch)) return false
  return isOurs(libc, process.report?.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl')
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}
