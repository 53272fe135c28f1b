import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { withFileLock } from '../file-lock.ts'
import { dataFolder, projectFolder, webFolder } from '../paths.ts'
import { Problem } from '../problem.ts'
import type { Progress } from '../progress.ts'
import { ask } from '../services/shell.ts'

/** Inside the build, so that the two are never apart: the hash of what it was made from. */
const mark = path.join(webFolder, '.made-from')
const workshop = path.join(dataFolder, 'web')

/** Builds the web client unless the one that is there was made from the very same source. */
export async function provideWebClient(progress: Progress): Promise<void> {
  if (isMadeFrom(sourceHash())) return
  await withFileLock(`${workshop}.lock`, async () => {
    // Another terminal may have built it meanwhile.
    if (!isMadeFrom(sourceHash())) await progress.step('Web client', buildWebClient)
  })
}

/**
 * Builds it beside the one that is served now, and puts it in its place when it is whole: who is just loading a page misses nothing. Call it under
 * the lock.
 */
async function buildWebClient(): Promise<void> {
  const source = sourceHash()
  const fresh = path.join(workshop, 'fresh')
  const old = path.join(workshop, 'old')
  rmSync(workshop, { recursive: true, force: true })
  mkdirSync(workshop, { recursive: true })
  const vite = path.join(projectFolder, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = ['build', 'web', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn']
  // Whoever asks for it: Vite would build for development by what a test runner or a shell says here.
  const env = { ...process.env, NODE_ENV: 'production' }
  const { code, output } = await ask(process.execPath, [vite, ...args], { cwd: projectFolder, env })
  if (code !== 0) throw new Problem(`The web client does not build:\n${output.trim()}`)
  writeFileSync(path.join(fresh, path.basename(mark)), source)
  if (existsSync(webFolder)) renameSync(webFolder, old)
  renameSync(fresh, webFolder)
  rmSync(workshop, { recursive: true, force: true })
}

function isMadeFrom(source: string): boolean {
  return existsSync(mark) && readFileSync(mark, 'utf8') === source
}

/** Of all that the build reads, and of how it is called. From the servers' source it takes types alone, which leave no trace in it. */
function sourceHash(): string {
  const files = globSync('web/**/*', { cwd: projectFolder, withFileTypes: true, exclude: (entry) => isResult(entry) })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(projectFolder, path.join(entry.parentPath, entry.name)))
  const hash = createHash('sha256')
  for (const file of [...files, 'package-lock.json', 'tools/web/client.ts'].toSorted()) {
    const content = readFileSync(path.join(projectFolder, file))
    hash.update(`${file} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

function isResult(entry: { parentPath: string; name: string }): boolean {
  return path.resolve(projectFolder, entry.parentPath, entry.name) === webFolder
}
