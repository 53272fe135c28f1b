import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { markOf, readMark } from './processes.ts'

/** Only one process at a time does `work`; the lock of a process that died is taken over. */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true })
  while (!takeLock(file)) await new Promise((resolve) => setTimeout(resolve, 100))
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

/** False where a process that lives holds it. The lock lasts until its file is removed, or its owner has died. The lock appears with its owner in it, by one link: an empty one would look like that of a process that died. */
export function takeLock(file: string): boolean {
  const own = `${file}.${process.pid}`
  writeFileSync(own, JSON.stringify(markOf(process.pid)))
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    if (readMark(file) === undefined) rmSync(file, { force: true })
    return false
  } finally {
    rmSync(own, { force: true })
  }
}
