import { existsSync } from 'node:fs'
import path from 'node:path'
import { withFileLock } from '../file-lock.ts'
import { dataFolder } from '../paths.ts'
import { Problem } from '../problem.ts'
import type { Progress } from '../progress.ts'
import { canBrew, brewServices } from './brew.ts'
import { ask } from './shell.ts'
import { findProgram, findPrograms, serviceNames } from './find.ts'
import type { Programs, ServiceName } from './find.ts'
import { canUnpack, unpackPrograms } from './unpack.ts'
import { hasFonts, wrapPrograms, wrapperFolder } from './wrap.ts'

const unpacked = path.join(dataFolder, 'services')

/** Paths of Redis, the database and Nginx: installed ones, else ones fetched for this folder, else a sentence with the remedy. */
export async function providePrograms(
  progress: Progress,
  needed: readonly ServiceName[] = serviceNames,
): Promise<Programs> {
  const installed = findAll()
  const programs = isComplete(installed, needed) ? installed : await fetched(needed, progress)
  const missing = needed.filter((service) => programs[service] === undefined)
  if (missing.length > 0) throw new Problem(remedy(missing))
  const { redis = '', database = '', nginx = '' } = programs
  return { redis, database, nginx }
}

const unpackedBrowser = path.join(dataFolder, 'browser')

/**
 * Path of a Chromium, installed or fetched for this folder with fonts for Korean and emoji; undefined where there is none to be had. It has
 * a folder of its own: fetching it does not touch services that may be running.
 */
export async function provideBrowser(progress: Progress): Promise<string | undefined> {
  // One that was fetched before it came with a font is fetched anew; one from before emoji came with it is good enough.
  const find = (): string | undefined =>
    findProgram('browser', hasFonts(unpackedBrowser) ? [wrapperFolder(unpackedBrowser)] : [])
  const found = find()
  if (found !== undefined || !(await canUnpack())) return found
  return withFileLock(path.join(dataFolder, 'browser.lock'), async () => {
    if (find() === undefined) await unpackPrograms(['browser', 'font', 'emoji'], unpackedBrowser, progress)
    const browser = find()
    await checkRuns(browser)
    return browser
  })
}

/** Path of redis-benchmark, which comes with Redis; undefined where it did not. */
export function findBenchmark(): string | undefined {
  const find = (): string | undefined => findProgram('benchmark', [wrapperFolder(unpacked)])
  // What was unpacked before anybody wanted it has no wrapper for it yet.
  if (find() === undefined && existsSync(unpacked)) wrapPrograms(unpacked)
  return find()
}

function findAll(): Partial<Programs> {
  return findPrograms([wrapperFolder(unpacked)])
}

function isComplete(found: Partial<Programs>, needed: readonly ServiceName[]): boolean {
  return needed.every((service) => found[service] !== undefined)
}

/** Under a lock, and looking again first: another terminal may have fetched them meanwhile. */
function fetched(needed: readonly ServiceName[], progress: Progress): Promise<Partial<Programs>> {
  return withFileLock(path.join(dataFolder, 'services.lock'), async () => {
    const found = findAll()
    if (isComplete(found, needed)) return found
    await fetchServices(
      needed.filter((service) => found[service] === undefined),
      progress,
    )
    const programs = findAll()
    for (const service of needed) await checkRuns(programs[service])
    return programs
  })
}

async function checkRuns(program: string | undefined): Promise<void> {
  if (program === undefined) return
  const answer = await ask(program, [path.basename(program) === 'nginx' ? '-v' : '--version'])
  if (answer.code !== 0) throw new Problem(`${program} does not run on this system: ${answer.output.trim()}`)
}

async function fetchServices(missing: readonly ServiceName[], progress: Progress): Promise<void> {
  if (await canUnpack()) {
    const installed = findPrograms()
    return unpackPrograms(
      serviceNames.filter((service) => installed[service] === undefined),
      unpacked,
      progress,
    )
  }
  if (await canBrew()) return brewServices(missing, progress)
}

function remedy(missing: readonly ServiceName[]): string {
  const packages = { redis: 'redis (or valkey)', database: 'mariadb-server (or mysql-server)', nginx: 'nginx' }
  const names = missing.map((service) => packages[service]).join(', ')
  return `Not found here and not to be fetched without root: ${names}. Install them with this system's package manager and try again (they need not be started).`
}
