import { spawn } from 'node:child_process'
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { readDockerfile, stagesOf } from './dockerfile.ts'
import { projectFolder } from './paths.ts'

/** What the image of servers and workers has in it beside its base, as far as it can be said without an engine. */
export interface ImageLayer {
  /** The instruction that makes it. */
  from: string
  /** Where it lies below /app. */
  paths: readonly string[]
}

/** The layers of the last stage that copy something, in order. */
export function imageLayers(): ImageLayer[] {
  const text = readFileSync(path.join(projectFolder, 'Dockerfile'), 'utf8')
  const copies = (stagesOf(readDockerfile(text)).at(-1)?.instructions ?? []).filter(({ name }) => name === 'COPY')
  return copies.map(({ rest }) => {
    const words = rest.split(/\s+/).filter((word) => !word.startsWith('--'))
    const isFolder = words.at(-1) === './'
    return { from: `COPY ${rest}`, paths: isFolder ? words.slice(0, -1) : [words.at(-1) ?? ''] }
  })
}

/** The same files as in the image, in a folder without a way back to this project's packages. */
export function copyImage(folder: string): void {
  for (const { paths } of imageLayers()) {
    for (const name of paths) {
      if (name === 'node_modules') copyPackages(folder)
      else cpSync(path.join(projectFolder, name), path.join(folder, name), { recursive: true })
    }
  }
}

interface LockedPackage {
  dev?: boolean
}

/** What `npm ci --omit=dev` installs: the packages of the lock file that are there and not for development alone. */
function copyPackages(folder: string): void {
  const lock = JSON.parse(readFileSync(path.join(projectFolder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>
  }
  const names = Object.entries(lock.packages).flatMap(([name, { dev }]) => (name === '' || dev === true ? [] : [name]))
  for (const name of names) {
    const from = path.join(projectFolder, name)
    if (!existsSync(from)) continue
    const to = path.join(folder, name)
    mkdirSync(path.dirname(to), { recursive: true })
    // Those inside it have lines of their own.
    const inside = path.join(from, 'node_modules')
    cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: (file) => file !== inside })
  }
}

/** Bytes of all files below a path. */
export function bytesIn(file: string): number {
  const stat = lstatSync(file)
  if (!stat.isDirectory()) return stat.size
  return readdirSync(file).reduce((sum, name) => sum + bytesIn(path.join(file, name)), 0)
}

export interface LayerSize extends ImageLayer {
  bytes: number
  /** As it is sent: tar and gzip. */
  packedBytes: number
}

export async function measureImage(): Promise<LayerSize[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'madang-image-'))
  try {
    copyImage(folder)
    const sizes: LayerSize[] = []
    for (const layer of imageLayers()) {
      const bytes = layer.paths.reduce((sum, name) => sum + bytesIn(path.join(folder, name)), 0)
      sizes.push({ ...layer, bytes, packedBytes: await packedBytes(folder, layer.paths) })
    }
    return sizes
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function packedBytes(folder: string, paths: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const tar = spawn('tar', ['-cz', '-C', folder, ...paths], { stdio: ['ignore', 'pipe', 'inherit'] })
    let bytes = 0
    tar.stdout.on('data', (piece: Buffer) => (bytes += piece.length))
    tar.on('error', reject)
    tar.on('close', (code) => (code === 0 ? resolve(bytes) : reject(new Error(`tar ended with ${code}`))))
  })
}
