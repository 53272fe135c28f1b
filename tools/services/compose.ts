import path from 'node:path'
import { dataFolder } from '../paths.ts'
import type { Progress } from '../progress.ts'
import { findExecutable } from './find.ts'
import { ask } from './shell.ts'
import { provideUnstable } from './unstable.ts'

/** The oldest that reads docker-compose.yml. */
const oldest = '2.24'

const pluginFolders = [
  '/usr/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/local/lib/docker/cli-plugins',
  '/Applications/Docker.app/Contents/Resources/cli-plugins',
]

/**
 * Path of a Compose, installed or fetched from Debian 13 for this folder. It needs no engine to read files.
 * Error: a Problem where there is none to be had.
 */
export async function provideCompose(progress: Progress): Promise<string> {
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  const installed = findExecutable(['docker-compose'], [...onPath, ...pluginFolders])
  if (installed !== undefined && (await isNewEnough(installed))) return installed
  const wanted = {
    name: 'Compose',
    packages: ['docker-compose'],
    program: 'docker-compose',
    release: 'trixie',
  } as const
  return provideUnstable(wanted, path.join(dataFolder, 'compose'), progress)
}

/** What is older than 2 does not know the word `version` in this form, and answers otherwise. */
async function isNewEnough(program: string): Promise<boolean> {
  const { code, output } = await ask(program, ['version', '--short'])
  const [version] = /^v?\d+\.\d+/.exec(output.trim()) ?? []
  return (
    code === 0 && version !== undefined && version.replace('v', '').localeCompare(oldest, 'en', { numeric: true }) >= 0
  )
}
