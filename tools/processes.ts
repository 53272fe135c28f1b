import { spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { logSize } from './logs.ts'
import { writeWhole } from './whole-file.ts'

/** A process that can be recognised later: a number alone may belong to another one by then. */
export interface ProcessMark {
  pid: number
  /** When it started, in the words of the system. */
  born: string
}

/** The mark of a running process; undefined when there is none, or only its shell that nobody has waited for. */
export function markOf(pid: number): ProcessMark | undefined {
  const born = process.platform === 'linux' ? bornOnLinux(pid) : bornElsewhere(pid)
  return born === undefined ? undefined : { pid, born }
}

export function isRunning(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.born === mark.born
}

function bornOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : `${bootId()}-${fields[19]}`
  } catch {
    return undefined
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
}

function bornElsewhere(pid: number): string | undefined {
  const answer = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
  return answer.status === 0 ? answer.stdout.trim() || undefined : undefined
}

/** The process that a pid file names, if it is still that one and runs. */
export function readMark(file: string): ProcessMark | undefined {
  const mark = parseMark(file)
  return mark && isRunning(mark) ? mark : undefined
}

function parseMark(file: string): ProcessMark | undefined {
  try {
    const mark: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isMark(mark) ? mark : undefined
  } catch {
    return undefined
  }
}

function isMark(value: unknown): value is ProcessMark {
  if (typeof value !== 'object' || value === null) return false
  return 'pid' in value && typeof value.pid === 'number' && 'born' in value && typeof value.born === 'string'
}

export function writeMark(file: string, mark: ProcessMark): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeWhole(file, JSON.stringify(mark))
}

export interface Started {
  mark: ProcessMark
  /** Resolves when the process has ended, with a few words about how. */
  ended: Promise<string>
  /** Where in the log its output begins. */
  logFrom: number
}

/**
 * Starts a process in a session of its own, so that Ctrl-C in our terminal reaches us alone and we end the others in order.
 * Its output goes to the end of `log`, its mark to `pidFile`.
 */
export async function startProcess(options: {
  command: string
  args: readonly string[]
  log: string
  pidFile: string
  env?: NodeJS.ProcessEnv
  cwd?: string
}): Promise<Started> {
  mkdirSync(path.dirname(options.log), { recursive: true })
  const logFrom = logSize(options.log)
  const output = openSync(options.log, 'a', 0o600)
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: ['ignore', output, output],
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const ended = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  })
  try {
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  } finally {
    closeSync(output)
  }
  child.unref()
  const mark = (child.pid === undefined ? undefined : markOf(child.pid)) ?? { pid: child.pid ?? 0, born: 'gone' }
  writeMark(options.pidFile, mark)
  return { mark, ended, logFrom }
}

/** Asks a process to end, waits, and ends it by force when it takes too long. */
export async function stopProcess(
  mark: ProcessMark,
  options: { signal?: NodeJS.Signals; withinMs?: number } = {},
): Promise<void> {
  if (!isRunning(mark)) return
  signalProcess(mark, options.signal ?? 'SIGTERM')
  if (await isGoneWithin(mark, options.withinMs ?? 15_000)) return
  signalProcess(mark, 'SIGKILL')
  await isGoneWithin(mark, 5000)
}

/** What an earlier run left behind under this pid file is ended, with its children. */
export async function endLeftover(pidFile: string): Promise<void> {
  const mark = parseMark(pidFile)
  if (mark) {
    await stopProcess(mark)
    endOrphans(mark)
  }
  rmSync(pidFile, { force: true })
}

/**
 * Ends the children that a killed process left behind, such as Nginx's workers, who would keep its port. Each process we
 * start leads a group of its own; a number in use as a group's is not given to a new process, so the group is ours.
 */
export function endOrphans(mark: ProcessMark): void {
  const isOfThisBoot = process.platform !== 'linux' || mark.born.startsWith(bootId())
  if (!isOfThisBoot || mark.pid <= 1 || markOf(mark.pid) !== undefined) return
  try {
    process.kill(-mark.pid, 'SIGKILL')
  } catch {
    // Nobody is left in it.
  }
}

function signalProcess(mark: ProcessMark, signal: NodeJS.Signals): void {
  try {
    process.kill(mark.pid, signal)
  } catch (error) {
    if (isRunning(mark)) throw error
  }
}

async function isGoneWithin(mark: ProcessMark, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms
  while (isRunning(mark)) {
    if (performance.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return true
}
