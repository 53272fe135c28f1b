import { access, constants, mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { within } from './lifecycle.ts'
import type { Log } from './log.ts'

/**
 * Makes a folder with those above it that are missing. Node's own way to do that never ends where a folder that is there says that it is
 * not, as those of /proc do. Errors: those of the system.
 */
export async function makeFolder(folder: string, mode: number): Promise<void> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  )
  if (isThere) return
  await makeFolder(path.dirname(folder), mode)
  await mkdir(folder, { mode }).catch((error: unknown) => {
    // Another process had the same to do.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  })
}

/**
 * Makes the folders of these settings, and says of each in which this process cannot write that nothing that belongs there will be kept;
 * also of one that does not answer in time, as on a machine that is away: nobody waits for it.
 */
export async function prepareFolders(
  folders: Readonly<Record<string, string>>,
  log: Log,
  mostMs = 2000,
): Promise<void> {
  for (const [setting, folder] of Object.entries(folders)) {
    try {
      await within(mostMs, folder, prepare(folder))
    } catch (error) {
      log.error({ err: error, setting, folder, user: process.geteuid?.() }, 'a folder cannot be written')
    }
  }
}

async function prepare(folder: string): Promise<void> {
  await makeFolder(folder, 0o755)
  // Of a file the dot is not there.
  await access(`${folder}/.`, constants.R_OK | constants.W_OK | constants.X_OK)
}
