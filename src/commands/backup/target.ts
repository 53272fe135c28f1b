import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder } from '../../platform/folders.ts'
import { BadArguments } from '../arguments.ts'
import { listName, manifestName } from './manifest.ts'
import { aside, codeOf, syncFolder } from './written-file.ts'

/** What a folder holds in which a backup was begun: nothing else may be in the way. */
const ours = new Set([aside, 'database', 'pictures', 'transcripts', listName])

/**
 * Makes the folder, or goes on in one where a backup was broken off: its rows are read anew, its files are whole and stay. Errors:
 * `BadArguments`.
 */
export async function beginIn(folder: string): Promise<'new' | 'going on'> {
  try {
    return await prepare(folder)
  } catch (error) {
    throw reasonOf(error, folder)
  }
}

const refusals = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT'])

/** In a container it is another user than the one who typed the command, and the folder is a mounted one. */
function reasonOf(error: unknown, folder: string): unknown {
  const code = codeOf(error) ?? ''
  if (!refusals.has(code)) return error
  return new BadArguments(`Nothing can be written to ${folder} (${code}): this is the user ${process.geteuid?.()}`)
}

/** Thrown with one readable line where the disk is full: what is there stays, and the same command goes on. */
export class DiskIsFull extends Error {}

/** What is said of an error in the midst of a backup to this folder. */
export function reasonOfEnd(error: unknown, folder: string): unknown {
  const code = codeOf(error) ?? ''
  if (!['ENOSPC', 'EDQUOT'].includes(code)) return error
  const advice = 'make room and say the same again: the backup goes on, and what is there is not copied anew'
  return new DiskIsFull(`There is no room left for ${folder} (${code}): ${advice}`, { cause: error })
}

async function prepare(folder: string): Promise<'new' | 'going on'> {
  await makeFolder(folder, 0o700)
  const found = await readdir(folder)
  if (found.includes(manifestName)) throw new BadArguments(`${folder} holds a backup already: name another folder`)
  const strange = found.filter((name) => !ours.has(name))
  if (strange.length > 0 || (found.length > 0 && !found.includes(aside))) {
    throw new BadArguments(`${folder} is not empty, and what it holds is no backup: name another folder`)
  }
  await emptyAside(path.join(folder, aside))
  await rm(path.join(folder, 'database'), { recursive: true, force: true })
  return found.length === 0 ? 'new' : 'going on'
}

/** It is never gone: by it a backup that was broken off is known. */
async function emptyAside(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const half of await readdir(folder)) await rm(path.join(folder, half), { recursive: true, force: true })
}

/** Before the manifest gets its name. */
export async function finishIn(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await syncFolderIn(folder, name)
  await syncFolder(folder)
}

async function syncFolderIn(folder: string, name: string): Promise<void> {
  if (ours.has(name) && name !== listName) await syncFolder(path.join(folder, name))
}

/** Nothing half written is left. */
export async function tidy(folder: string): Promise<void> {
  await rm(path.join(folder, aside), { recursive: true, force: true })
  await syncFolder(folder)
}
