import path from 'node:path'
import { hasPackages } from '../tools/installed.mjs'
import { runForeground } from '../tools/foreground.ts'
import { projectFolder } from '../tools/paths.ts'
import { Problem } from '../tools/problem.ts'

export const benchFolder = path.join(projectFolder, 'bench')

/** The peers are packages of this folder alone: they are installed when somebody measures, and said. */
export async function providePeers(say: (line: string) => void): Promise<void> {
  if (hasPackages(benchFolder)) return
  say('Installing what Madang is measured against into bench/node_modules (once)')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const code = await runForeground('npm', ['ci', `--prefix=${benchFolder}`, ...flags])
  if (code !== 0) throw new Problem(`npm could not install the packages of ${benchFolder}; its message is above`)
}
