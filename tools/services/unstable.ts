import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Problem } from '../problem.ts'
import type { Progress } from '../progress.ts'
import { findExecutable } from './find.ts'
import { ask } from './shell.ts'
import { unpackPackages } from './unpack.ts'
import type { Wanted } from './unpack.ts'
import { wrapperFolder } from './wrap.ts'

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** A program of another release than this system's: of Debian unstable unless said otherwise. */
export interface Foreign extends Wanted {
  program: string
  release?: 'unstable' | 'trixie' | 'bookworm'
}

/**
 * The path of a program of another release of Debian, fetched into `folder` once. It comes with all its libraries, the C library among
 * them, so that it runs on an older system; nothing of this system changes.
 * Errors: a Problem where this is no Debian.
 */
export async function provideUnstable(wanted: Foreign, folder: string, progress: Progress): Promise<string> {
  const find = (): string | undefined => findExecutable([wanted.program], [wrapperFolder(folder)])
  if (find() === undefined) await fetchUnstable(wanted, folder, progress)
  const program = find()
  if (program === undefined) throw new Problem(`${wanted.packages.join(' or ')} came without ${wanted.program}`)
  return program
}

async function fetchUnstable(
  { release = 'unstable', ...wanted }: Foreign,
  folder: string,
  progress: Progress,
): Promise<void> {
  mkdirSync(path.dirname(folder), { recursive: true })
  const sources = `${folder}.list`
  const nothing = `${folder}.status`
  writeFileSync(sources, `deb [signed-by=${keyring}] ${await archiveAddress()} ${release} main\n`)
  writeFileSync(nothing, '')
  await unpackPackages([wanted], folder, progress, {
    title: `Debian ${release}`,
    status: nothing,
    settings: [
      `Dir::Etc::sourcelist "${sources}";`,
      'Dir::Etc::sourceparts "/dev/null";',
      'Dir::Etc::preferences "/dev/null";',
      'Dir::Etc::preferencesparts "/dev/null";',
    ],
  })
}

/** All releases lie beside the one that this system reads. */
async function archiveAddress(): Promise<string> {
  const targets = await ask('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'])
  const address = targets.output.split('\n').find((line) => /\/debian\/?$/.test(line))
  if (targets.code === 0 && address !== undefined && existsSync(keyring)) return address
  throw new Problem('This comes from another release of Debian, and this system reads no archive of Debian')
}
