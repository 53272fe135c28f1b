import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { Problem } from '../problem.ts'
import { endLeftover, markOf, readMark, writeMark } from '../processes.ts'
import { localLayout } from './layout.ts'
import type { Layout } from './layout.ts'
import { processNames } from './madang.ts'

/** Only one start at a time may own the folder. */
export function takeOwnership(layout: Layout): void {
  const owner = readMark(layout.owner)
  if (owner !== undefined) throw new Problem(alreadyRunning(layout, owner.pid))
  const mark = markOf(process.pid)
  if (mark) writeMark(layout.owner, mark)
}

export function giveUpOwnership(layout: Layout): void {
  for (const file of [layout.stack, layout.owner]) rmSync(file, { force: true })
}

/** What a crash left running is ended, front to back, so that ports and data folders are free. */
export async function clearLeftovers(layout: Layout): Promise<void> {
  const { servers, worker } = processNames
  for (const name of ['nginx', ...servers, worker, 'redis', 'database']) await endLeftover(layout.pidFile(name))
  rmSync(layout.stack, { force: true })
  rotateLogs(path.dirname(layout.log('any')))
}

/** A folder of nobody else's, with nothing in it: what an earlier run left there is ended and thrown away. */
export async function emptyLayout(folder: string): Promise<Layout> {
  takeOwnership(localLayout(folder))
  await clearLeftovers(localLayout(folder))
  rmSync(folder, { recursive: true, force: true })
  const layout = localLayout(folder)
  takeOwnership(layout)
  return layout
}

const longestLog = 20 * 1024 ** 2

function rotateLogs(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.log'))) {
    const file = path.join(folder, name)
    if (statSync(file).size > longestLog) renameSync(file, `${file}.1`)
  }
}

function alreadyRunning(layout: Layout, pid: number): string {
  const address = readAddress(layout.stack)
  return `Madang already runs from ${layout.folder} (process ${pid})${address ? `: ${address}` : ', it is just starting'}`
}

function readAddress(file: string): string | undefined {
  try {
    const stack: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof stack === 'object' && stack !== null && 'address' in stack ? String(stack.address) : undefined
  } catch {
    return undefined
  }
}
