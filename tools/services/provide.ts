import path from 'node:path'
import { dataFolder } from '../paths.ts'
import { Problem } from '../problem.ts'
import type { Progress } from '../progress.ts'
import { canBrew, brewServices } from './brew.ts'
import { findPrograms, serviceNames } from './find.ts'
import type { Programs, ServiceName } from './find.ts'
import { canUnpack, unpackServices } from './unpack.ts'
import { wrapperFolder } from './wrap.ts'

const unpacked = path.join(dataFolder, 'services')

/** Paths of Redis, the database and Nginx: installed ones, else ones fetched for this folder, else a sentence with the remedy. */
export async function providePrograms(
  progress: Progress,
  needed: readonly ServiceName[] = serviceNames,
): Promise<Programs> {
  let found = findPrograms([wrapperFolder(unpacked)])
  const missing = needed.filter((service) => found[service] === undefined)
  if (missing.length > 0) {
    await fetchServices(missing, progress)
    found = findPrograms([wrapperFolder(unpacked)])
  }
  const still = needed.filter((service) => found[service] === undefined)
  if (still.length > 0) throw new Problem(remedy(still))
  const { redis = '', database = '', nginx = '' } = found
  return { redis, database, nginx }
}

async function fetchServices(missing: readonly ServiceName[], progress: Progress): Promise<void> {
  if (await canUnpack()) {
    const installed = findPrograms()
    return unpackServices(
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
