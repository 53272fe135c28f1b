import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { withFileLock } from '../file-lock.ts'
import { dataFolder } from '../paths.ts'
import { Problem } from '../problem.ts'
import type { Progress } from '../progress.ts'
import { ask } from './shell.ts'
import { canUnpack, unpackPackages } from './unpack.ts'
import type { Wanted } from './unpack.ts'
import { wrapperFolder } from './wrap.ts'

/** Programs that we did not write and try Madang with. They come from this system's archive like the services, and lie in a folder of their own. */

/** A Python that finds modules of Debian, as a program and what has to be in its environment. */
export interface Python {
  program: string
  env: Record<string, string>
}

/** Fetches packages into this folder, once. Error: a Problem, where the system has no such archive. */
export async function provideUnpacked(wanted: readonly Wanted[], folder: string, progress: Progress): Promise<void> {
  if (existsSync(folder)) return
  const names = wanted.flatMap(({ packages }) => packages).join(', ')
  if (!(await canUnpack())) throw new Problem(`${names} come from the archive of Debian or Ubuntu, which is not here`)
  mkdirSync(path.dirname(folder), { recursive: true })
  await withFileLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await unpackPackages(wanted, folder, progress)
  })
}

/** The system's own Python where it has one, else the one that was fetched along; its modules are those in the folder. */
export async function pythonOf(folder: string, needs: readonly string[]): Promise<Python> {
  const env = { PYTHONPATH: path.join(folder, 'usr', 'lib', 'python3', 'dist-packages'), PYTHONDONTWRITEBYTECODE: '1' }
  const given = process.env['PYTHON3']
  const candidates = [...(given ? [given] : []), '/usr/bin/python3', path.join(wrapperFolder(folder), 'python3')]
  const script = needs.map((name) => `import ${name}`).join('\n')
  for (const program of candidates) {
    const answer = await ask(program, ['-c', script], { env: { ...process.env, ...env } })
    if (answer.code === 0) return { program, env }
  }
  throw new Problem(`No Python here can import ${needs.join(', ')}`)
}

/** For the conversation of a foreign WebSocket client with our servers. */
export async function provideWsproto(progress: Progress): Promise<Python> {
  const folder = path.join(dataFolder, 'wsproto')
  await provideUnpacked([{ name: 'a WebSocket client in Python', packages: ['python3-wsproto'] }], folder, progress)
  return pythonOf(folder, ['wsproto'])
}
