import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { findExecutable } from './find.ts'

const programs = ['redis-server', 'valkey-server', 'mariadbd', 'mysqld', 'nginx']

/** Where the wrappers lie in an unpacked folder: beside `share`, so that the database finds its own files as it does in /usr/sbin. */
export function wrapperFolder(folder: string): string {
  return path.join(folder, 'usr', 'wrapped')
}

/**
 * One small script a program, which sets the library path and becomes the program: the process id stays the same, so a
 * signal to it reaches the program itself. `fresh` is where the files are now, `folder` where they will be.
 */
export async function wrapPrograms(fresh: string, folder: string): Promise<void> {
  const libraries = libraryFolders(fresh).map((relative) => path.join(folder, relative))
  mkdirSync(wrapperFolder(fresh), { recursive: true })
  for (const name of programs) {
    const binary = findExecutable(
      [name],
      ['usr/sbin', 'usr/bin'].map((bin) => path.join(fresh, bin)),
    )
    if (binary === undefined) continue
    const wrapper = path.join(wrapperFolder(fresh), name)
    const target = path.join(folder, path.relative(fresh, binary))
    writeFileSync(wrapper, wrapperScript(libraries, target))
    chmodSync(wrapper, 0o755)
  }
}

export function wrapperScript(libraries: readonly string[], target: string): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
  return `#!/bin/sh
LD_LIBRARY_PATH=${quoted(libraries.join(':'))}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
exec ${quoted(target)} "$@"
`
}

function libraryFolders(root: string): string[] {
  return ['usr/lib', 'lib'].flatMap((lib) => {
    const folder = path.join(root, lib)
    if (!existsSync(folder)) return []
    return [
      lib,
      ...readdirSync(folder)
        .filter((name) => name.includes('-linux-'))
        .map((name) => path.join(lib, name)),
    ]
  })
}
