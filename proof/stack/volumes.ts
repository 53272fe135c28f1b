import { spawnSync } from 'node:child_process'
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { dataFolder, privateFolder, shortHash } from '../../tools/paths.ts'

/** Folder of the stack: in memory where there is room, since every message and every commit is a sync and nothing of it is to last. */
export function stackFolder(home: string): string {
  const name = `madang-drill-${userInfo().uid}-${shortHash(home)}`
  return privateFolder(hasRoom('/dev/shm') ? path.join('/dev/shm', name) : path.join(home, 'stack'))
}

export const drillFolder = path.join(dataFolder, 'drill')

const roomBytes = 2 * 1024 ** 3

function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize > roomBytes
  } catch {
    return false
  }
}

/** Mounts a small file system of its own at a folder, so that it can be filled; undefined where we may not. */
export function mountSmall(folder: string, megabytes: number): string | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const options = `size=${megabytes}m,mode=0700`
  const answer = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'madang-drill', folder], { stdio: 'ignore' })
  return answer.status === 0 ? folder : undefined
}

/** Whether that can be done here: by root on Linux, unless it is kept from mounting. */
export function canMountSmall(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-mount-'))
  const isMounted = mountSmall(folder, 1) !== undefined
  if (isMounted) spawnSync('umount', ['-l', folder], { stdio: 'ignore' })
  rmSync(folder, { recursive: true, force: true })
  return isMounted
}

/** Removes a folder with all that is mounted below it. */
export function throwAway(folder: string): void {
  for (const mounted of mountedBelow(folder)) spawnSync('umount', ['-l', mounted], { stdio: 'ignore' })
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}

function mountedBelow(folder: string): string[] {
  if (process.platform !== 'linux') return []
  const points = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  return points.filter((point) => point.startsWith(`${folder}/`)).toReversed()
}
