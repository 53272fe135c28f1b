import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectFolder = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
export const dataFolder = path.join(projectFolder, '.data')
/** What the build of the web client makes. */
export const webFolder = path.join(projectFolder, 'web', 'dist')

/** Makes a folder that nobody else on this machine may enter. */
export function privateFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  return folder
}

/** A folder for unix sockets, whose paths may have 108 bytes at most: in the temp folder, named after the data folder. */
export function socketFolder(folder: string): string {
  return privateFolder(path.join(tmpdir(), `madang-${userInfo().uid}-${shortHash(folder)}`))
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10)
}
