import { readFileSync } from 'node:fs'
import os from 'node:os'
import { projectFolder } from '../tools/paths.ts'
import type { Programs } from '../tools/services/find.ts'
import { ask } from '../tools/services/shell.ts'

/** What a figure comes from: a state of the program on a machine, and how busy that was before the run. */
export interface Machine extends State {
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
  /** When the run began, in ISO 8601. */
  at: string
}

export interface State {
  /** Of the working copy; `unknown` where there is none. */
  commit: string
  /** Whether what ran was that commit and nothing else. Undefined where nobody knows. */
  isClean?: boolean | undefined
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
    at: new Date().toISOString(),
    ...(await stateOf(projectFolder)),
  }
}

export function inOneLine(machine: Machine): string {
  return `${stateInWords(machine)}; ${machineInWords(machine)}; load before ${machine.loadBefore.join(' ')}`
}

export function machineInWords(machine: Omit<Machine, 'loadBefore' | 'at' | keyof State>): string {
  const { cores, model, memoryGib, kernel, node, redis, database, nginx } = machine
  const programs = `Node ${node}, Redis ${redis}, database ${database}, Nginx ${nginx}`
  return `${cores} cores (${model}), ${memoryGib} GiB, ${kernel}; ${programs}`
}

export function stateInWords({ commit, isClean }: State): string {
  if (isClean === undefined) return `commit ${commit}`
  return `commit ${commit}${isClean ? '' : ' with changes that are not committed'}`
}

/** What the bench writes changes nothing of what it measures. */
const written = [':!bench/results', ':!bench/plots', ':!bench/README.md']

/** Of a folder with a working copy; without one, or without git, nothing is known. */
export async function stateOf(folder: string): Promise<State> {
  const git = (...args: string[]) => ask('git', args, { cwd: folder })
  const head = await git('rev-parse', '--short=10', 'HEAD')
  const changes = await git('status', '--porcelain', '--', '.', ...written)
  if (head.code !== 0 || changes.code !== 0) return { commit: 'unknown' }
  return { commit: head.output.trim(), isClean: changes.output.trim() === '' }
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
