import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { z } from 'zod'
import { projectFolder } from '../../tools/paths.ts'
import { Problem } from '../../tools/problem.ts'
import { underWay } from '../under-way.ts'

/** A program of the bench that runs beside it, and has said the port that it listens on. */
export interface Child {
  pid: number
  port: number
  process: ChildProcess
  stop(): Promise<void>
}

const listening = z.object({ port: z.int() })

/** `program` is a path below `bench/`. It ends with its channel to this process. */
export async function startChild(program: string, env: Readonly<Record<string, string>> = {}): Promise<Child> {
  const { PATH, HOME } = process.env
  const options = { env: { PATH, HOME, NODE_ENV: 'production', TZ: 'UTC', ...env }, execArgv: profiling() }
  const child = fork(path.join(projectFolder, 'bench', program), [], options)
  const stop = underWay(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.disconnect()
    await ended
  })
  const ended = once(child, 'exit').then(() => {
    throw new Problem(`${program} ended before it listened`)
  })
  ended.catch(() => undefined)
  const [said] = (await Promise.race([once(child, 'message'), ended])) as unknown[]
  return { pid: child.pid ?? 0, port: listening.parse(said).port, process: child, stop }
}

/** As the servers of the site are profiled: `BENCH_NODE_OPTIONS="--cpu-prof …"`. */
function profiling(): string[] {
  return (process.env['BENCH_NODE_OPTIONS'] ?? '').split(' ').filter(Boolean)
}
