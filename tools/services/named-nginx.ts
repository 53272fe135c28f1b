import path from 'node:path'
import { withFileLock } from '../file-lock.ts'
import { dataFolder } from '../paths.ts'
import { Problem } from '../problem.ts'
import type { Progress } from '../progress.ts'
import { ask } from './shell.ts'
import { provideUnstable } from './unstable.ts'

/** From here on the addresses of a server are asked for again while Nginx runs (`resolve`), as a cluster and MADANG_MORE_SERVERS need it. */
const oldest = '1.27.3'

/**
 * Path of an Nginx that finds servers by their name: the given one where it is new enough, else that of Debian unstable, fetched into the data
 * folder once. Error: a Problem, where there is none to be had.
 */
export async function provideNamedNginx(given: string, progress: Progress): Promise<string> {
  if (await isNewEnough(given)) return given
  const folder = path.join(dataFolder, 'named-nginx')
  const wanted = { name: 'an Nginx that finds servers by their name', packages: ['nginx'], program: 'nginx' }
  const program = await withFileLock(`${folder}.lock`, () => provideUnstable(wanted, folder, progress))
  if (!(await isNewEnough(program))) throw new Problem(`${program} is older than ${oldest}`)
  return program
}

async function isNewEnough(program: string): Promise<boolean> {
  const { code, output } = await ask(program, ['-v'])
  const [, version = ''] = /nginx\/(\S+)/.exec(output) ?? []
  return code === 0 && version.localeCompare(oldest, 'en', { numeric: true }) >= 0
}
