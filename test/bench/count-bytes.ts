import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const youngGeneration = ['--min-semi-space-size=64', '--max-semi-space-size=64']
/** Code is compiled in the turn that asks for it: beside others at work, its thread would come too late for what is counted. */
const compiledAtOnce = '--no-concurrent-recompilation'
const flags = ['--expose-gc', ...youngGeneration, compiledAtOnce]

/** The line of JSON by which a program of this folder says how many bytes of heap it counted. */
export async function countBytes(program: string): Promise<unknown> {
  const ran = await promisify(execFile)(process.execPath, [...flags, new URL(program, import.meta.url).pathname])
  return JSON.parse(ran.stdout)
}
