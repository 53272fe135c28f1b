import { readFileSync } from 'node:fs'
import os from 'node:os'
import type { Programs } from '../tools/services/find.ts'
import { ask } from '../tools/services/shell.ts'

/** The machine that a figure comes from, and how busy it was before the run. */
export interface Machine {
  cores: number
  model: string
  memoryGib: number
  kernel: string
  node: string
  redis: string
  database: string
  nginx: string
  /** Over one, five and fifteen minutes. */
  loadBefore: readonly number[]
}

export async function describeMachine(programs: Programs): Promise<Machine> {
  const cpus = os.cpus()
  return {
    cores: os.availableParallelism(),
    model: cpus[0]?.model.trim() || modelInProc(),
    memoryGib: Number((os.totalmem() / 1024 ** 3).toFixed(1)),
    kernel: `${os.type()} ${os.release()}`,
    node: process.version,
    redis: await versionOf(programs.redis, ['--version'], /v=([\d.]+)/),
    database: await versionOf(programs.database, ['--no-defaults', '--version'], /Ver (\S+)/),
    nginx: await versionOf(programs.nginx, ['-v'], /nginx\/([\d.]+)/),
    loadBefore: os.loadavg().map((load) => Number(load.toFixed(2))),
  }
}

export function inOneLine(machine: Machine): string {
  const { cores, model, memoryGib, kernel, node, redis, database, nginx, loadBefore } = machine
  const programs = `Node ${node}, Redis ${redis}, database ${database}, Nginx ${nginx}`
  return `${cores} cores (${model}), ${memoryGib} GiB, ${kernel}; ${programs}; load before ${loadBefore.join(' ')}`
}

async function versionOf(program: string, args: readonly string[], form: RegExp): Promise<string> {
  const { output } = await ask(program, args)
  return form.exec(output)?.[1] ?? 'unknown'
}

function modelInProc(): string {
  try {
    return /^(?:model name|Model|CPU part)\s*:\s*(.+)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown'
  } catch {
    return 'unknown'
  }
}
