import { runForeground } from './foreground.ts'
import { hasPackages } from './installed.mjs'
import { Problem } from './problem.ts'

/** Packages of a folder with a lock file of its own, which only one command needs: they are installed when it is run, and said. */
export async function provideSidePackages(folder: string, what: string, say: (line: string) => void): Promise<void> {
  if (hasPackages(folder)) return
  say(`Installing ${what} into ${folder}/node_modules (once)`)
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const code = await runForeground('npm', ['ci', `--prefix=${folder}`, ...flags])
  if (code !== 0) throw new Problem(`npm could not install the packages of ${folder}; its message is above`)
}
