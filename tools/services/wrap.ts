import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { findExecutable } from './find.ts'

const programs = [
  ...['redis-server', 'valkey-server', 'redis-benchmark', 'valkey-benchmark'],
  ...['mariadbd', 'mysqld', 'nginx', 'chromium-headless-shell', 'chromium'],
  ...['python3', 'slowhttptest', 'zzuf', 'prometheus', 'promtool', 'docker-compose', 'kubectl'],
]

/** Where the wrappers lie in an unpacked folder: two below its `usr`, so that the database finds `share` as it does from /usr/sbin. */
export function wrapperFolder(folder: string): string {
  return join(folder, 'usr', 'wrapped')
}

/**
 * One small script a program, which sets the library path and becomes the program: the process id stays the same, so a
 * signal to it reaches the program itself. Paths are relative to the script: the project may be moved.
 */
export function wrapPrograms(folder: string): void {
  mkdirSync(wrapperFolder(folder), { recursive: true })
  const libraries = libraryFolders(folder)
  const loader = ownLoader(folder, libraries)
  if (hasFonts(folder)) writeFileSync(join(wrapperFolder(folder), 'fonts.conf'), fonts)
  for (const name of programs) {
    // The browser's own folder first: in usr/bin it has a script that knows the path of an installed one only.
    const folders = ['usr/lib/chromium', 'usr/sbin', 'usr/bin', 'usr/libexec/docker/cli-plugins']
    const found = findExecutable(
      [name],
      folders.map((bin) => join(folder, bin)),
    )
    if (found === undefined) continue
    const wrapper = join(wrapperFolder(folder), name)
    const script = loader === undefined ? wrapperScript : loadingScript(loader)
    writeFileSync(wrapper, script(libraries, relative(folder, found)))
    chmodSync(wrapper, 0o755)
  }
}

/** Whether fonts were unpacked there. */
export function hasFonts(folder: string): boolean {
  return existsSync(join(folder, 'usr', 'share', 'fonts'))
}

/** Needs no program but the shell itself, and no quoting: the names are those of Debian's packages. */
export function wrapperScript(libraries: readonly string[], target: string): string {
  return `#!/bin/sh
root=\${0%/*}/../..
LD_LIBRARY_PATH=${libraries.map((library) => `$root/${library}`).join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
[ ! -e "\${0%/*}/fonts.conf" ] || export FONTCONFIG_FILE="\${0%/*}/fonts.conf"
exec "$root/${target}" "$@"
`
}

/** A browser without any font ends at the first word that it is to draw. This system's settings say which font comes first. */
const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>/usr/share/fonts</dir>
  <dir prefix="relative">../share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`

/** The same for programs that came with a C library of their own, newer or older than this system's: its loader starts them. */
function loadingScript(loader: string): typeof wrapperScript {
  return (libraries, target) => `#!/bin/sh
root=\${0%/*}/../..
exec "$root/${loader}" --library-path "${libraries.map((library) => `$root/${library}`).join(':')}" "$root/${target}" "$@"
`
}

function ownLoader(root: string, libraries: readonly string[]): string | undefined {
  return libraries
    .flatMap((library) => readdirSync(join(root, library)).map((name) => join(library, name)))
    .find((file) => /\/ld-linux[^/]*\.so\.\d+$/.test(file))
}

function libraryFolders(root: string): string[] {
  return ['usr/lib', 'lib'].flatMap((lib) => {
    const folder = join(root, lib)
    if (!existsSync(folder)) return []
    const machine = readdirSync(folder).filter((name) => name.includes('-linux-'))
    const candidates = [lib, ...machine.flatMap((name) => [join(lib, name), join(lib, name, 'pulseaudio')])]
    return candidates.filter((candidate) => existsSync(join(root, candidate)))
  })
}
