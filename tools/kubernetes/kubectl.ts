import path from 'node:path'
import { z } from 'zod'
import { withFileLock } from '../file-lock.ts'
import { dataFolder } from '../paths.ts'
import { Problem } from '../problem.ts'
import type { Progress } from '../progress.ts'
import { findExecutable } from '../services/find.ts'
import { ask } from '../services/shell.ts'
import { provideUnstable } from '../services/unstable.ts'

const versions = z.object({ kustomizeVersion: z.string() })
/** Of kustomize: with components and replacements as deploy/kubernetes has them. */
const leastMajor = 5

/**
 * Path of a kubectl, of which only `kustomize` is used: the one that KUBECTL names, one on PATH that is not too old, or that of Debian unstable,
 * fetched into the data folder once. Error: a Problem, where there is none of them.
 */
export async function provideKubectl(progress: Progress): Promise<string> {
  const given = process.env['KUBECTL']
  if (given) return given
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  const installed = findExecutable(['kubectl'], folders)
  if (installed !== undefined && (await kustomizeMajor(installed)) >= leastMajor) return installed
  const folder = path.join(dataFolder, 'kubectl')
  const wanted = { name: 'kubectl', packages: ['kubernetes-client'], program: 'kubectl' }
  const program = await withFileLock(`${folder}.lock`, () => provideUnstable(wanted, folder, progress))
  if ((await kustomizeMajor(program)) < leastMajor) throw new Problem(`${program} has no kustomize ${leastMajor}`)
  return program
}

async function kustomizeMajor(program: string): Promise<number> {
  const { code, output } = await ask(program, ['version', '--client', '--output=json'])
  if (code !== 0) return 0
  const { kustomizeVersion } = versions.parse(JSON.parse(output))
  return Number(/^v(\d+)\./.exec(kustomizeVersion)?.[1] ?? 0)
}
