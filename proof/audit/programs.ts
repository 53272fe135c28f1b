import path from 'node:path'
import { dataFolder } from '../../tools/paths.ts'
import type { Progress } from '../../tools/progress.ts'
import { provideUnpacked, pythonOf } from '../../tools/services/foreign.ts'
import { wrapperFolder } from '../../tools/services/wrap.ts'

/** A program with what stands before its arguments. */
export interface Program {
  command: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
}

export type Programs = Record<'slowhttptest' | 'sqlmap' | 'wapiti' | 'zzuf', Program>

/** What wapiti reads of `publicsuffix` it looks for beside itself, wherever else that is installed. */
const packages = ['slowhttptest', 'sqlmap', 'wapiti', 'publicsuffix', 'zzuf']

/** The tools of others, from the archive of this system, unpacked into the data folder. Error: a Problem, where there are none. */
export async function provideTools(progress: Progress): Promise<Programs> {
  const folder = path.join(dataFolder, 'outside')
  const wanted = packages.map((name) => ({ name, packages: [name] }))
  await provideUnpacked(wanted, folder, progress)
  const python = await pythonOf(folder, ['wapitiCore', 'requests'])
  const binary = (name: string): Program => ({ command: path.join(wrapperFolder(folder), name), args: [], env: {} })
  const script = (...place: string[]): Program => ({
    command: python.program,
    args: [path.join(folder, 'usr', ...place)],
    env: python.env,
  })
  return {
    slowhttptest: binary('slowhttptest'),
    zzuf: binary('zzuf'),
    sqlmap: script('share', 'sqlmap', 'sqlmap.py'),
    wapiti: script('bin', 'wapiti'),
  }
}
