import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import path from 'node:path'
import { insideOf, needsInside, nothing } from './fault.ts'
import type { Fault, Patient } from './fault.ts'

const mebibyte = 1024 * 1024

/** Only where the volume is a file system of its own that was made for it: nobody fills the disk of a machine. */
const needsVolume =
  (service: 'redis' | 'database') =>
  (patient: Patient): string | undefined =>
    needsInside(patient) ??
    (insideOf(patient).volumeOf[service] === undefined
      ? `not on this machine: a small file system for the ${service} can be mounted by root only`
      : undefined)

const full = (service: 'redis' | 'database'): Fault => ({
  name: `${service}: disk full`,
  says: `the volume of the ${service} is filled to the last byte (on Linux, as root)`,
  lasts: [1500, 5000],
  missing: needsVolume(service),
  inject(patient) {
    const volume = insideOf(patient).volumeOf[service]
    if (volume === undefined) throw new Error(`there is no volume of ${service} to fill`)
    const ballast = path.join(volume, 'ballast')
    const bytes = fill(ballast, volume)
    if (bytes === 0) return nothing(`the volume of the ${service} was full already`)
    return {
      detail: `${Math.round(bytes / mebibyte)} MiB of ballast filled the volume of the ${service}`,
      heal: () => rmSync(ballast, { force: true }),
    }
  },
})

/** Writes until nothing more goes in; answers how much went. */
function fill(file: string, volume: string): number {
  const { bavail, bsize } = statfsSync(volume)
  const free = bavail * bsize
  const out = openSync(file, 'w')
  const block = Buffer.alloc(mebibyte, 1)
  let bytes = 0
  try {
    // A little more than is free: others write meanwhile.
    while (bytes < free + 8 * mebibyte) bytes += writeSync(out, block)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  } finally {
    closeSync(out)
  }
  return bytes
}

export const diskFaults: readonly Fault[] = [full('redis'), full('database')]
