import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A command of an operator, as it runs beside an installation. */
export interface Ended {
  code: number | null
  said: string
}

export interface Running {
  child: ChildProcess
  /** What it has said up to now. */
  said(): string
  ended: Promise<Ended>
}

const file = (name: string): string => fileURLToPath(new URL(`../../src/commands/${name}.ts`, import.meta.url))

export function begin(name: string, args: readonly string[], env: Record<string, string>): Running {
  const child = spawn(process.execPath, [file(name), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const hear = (chunk: Buffer): void => void (said += chunk.toString())
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve({ code, said }))
  })
  return { child, said: () => said, ended }
}

export function run(name: string, args: readonly string[], env: Record<string, string>): Promise<Ended> {
  return begin(name, args, env).ended
}
