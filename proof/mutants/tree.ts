import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Edit } from './mutant.ts'

const projectFolder = fileURLToPath(new URL('../..', import.meta.url))
/** All that servers and workers run from. */
const parts = ['src', 'workers', 'package.json']

/** A copy of the tree in which one mutant after the other is made and taken back. */
export class Tree {
  readonly folder: string
  readonly #originals = new Map<string, string>()

  private constructor(folder: string) {
    this.folder = folder
  }

  static plant(): Tree {
    const folder = mkdtempSync(join(tmpdir(), 'madang-mutant-'))
    for (const part of parts) cpSync(join(projectFolder, part), join(folder, part), { recursive: true })
    symlinkSync(join(projectFolder, 'node_modules'), join(folder, 'node_modules'))
    return new Tree(folder)
  }

  /** Throws where a text does not stand in its file exactly once: then the mutant is out of date. */
  mutate(edits: readonly Edit[]): void {
    this.restore()
    for (const { file, text, instead } of edits) {
      const path = join(this.folder, file)
      const before = readFileSync(path, 'utf8')
      const pieces = before.split(text)
      const times = pieces.length - 1
      if (times !== 1) throw new Error(`${file}: the text of the mutant stands there ${times} times: ${text}`)
      if (!this.#originals.has(path)) this.#originals.set(path, before)
      writeFileSync(path, pieces.join(instead))
    }
  }

  /** The code as it is. */
  restore(): void {
    for (const [path, text] of this.#originals) writeFileSync(path, text)
    this.#originals.clear()
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
