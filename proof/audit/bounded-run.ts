import { spawn } from 'node:child_process'
import { createWriteStream, readFileSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Program } from './programs.ts'

export interface Ran {
  output: string
  /** Null when it was ended by us. */
  code: number | null
  isCutOff: boolean
}

/** Runs a program for so long at most; all that it says goes to a file and comes back. */
export async function runBounded(
  { command, args: before, env }: Program,
  args: readonly string[],
  { log, seconds }: { log: string; seconds: number },
): Promise<Ran> {
  const file = createWriteStream(log)
  const child = spawn(command, [...before, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.pipe(file, { end: false })
  child.stderr.pipe(file, { end: false })
  let isCutOff = false
  const deadline = setTimeout(() => {
    isCutOff = true
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), 5000).unref()
  }, seconds * 1000)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  }).finally(() => clearTimeout(deadline))
  file.end()
  await finished(file)
  return { output: readFileSync(log, 'utf8'), code, isCutOff }
}
