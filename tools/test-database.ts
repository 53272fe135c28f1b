import { randomBytes } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { withFileLock } from './file-lock.ts'
import { databaseUrl, isDatabaseReady, startDatabase } from './mariadb.ts'
import { dataFolder, privateFolder, shortHash } from './paths.ts'
import { freePort } from './ports.ts'
import { Problem } from './problem.ts'
import { endLeftover, markOf, readMark, writeMark } from './processes.ts'
import { lastLines } from './logs.ts'
import { waitFor } from './wait.ts'

/**
 * One MariaDB for all test runs of this folder that go on at the same time. Who comes first starts it, who comes later
 * joins, who leaves last stops it and throws its data away; `keepTestDatabase` lets it run on in between.
 */
export interface TestDatabase {
  url: string
  wasRunning: boolean
  leave(): Promise<void>
}

const home = path.join(dataFolder, 'test')
const pidFile = path.join(home, 'database.pid')
const stateFile = path.join(home, 'database.json')
const log = path.join(home, 'database.log')
const users = path.join(home, 'users')
const keptFile = path.join(home, 'database.kept')

interface State {
  program: string
  folder: string
  port: number
  password: string
}

export function joinTestDatabase(program: string): Promise<TestDatabase> {
  return locked(async () => {
    const running = await runningDatabase()
    if (running && running.program !== program) throw new Problem(otherProgram(running.program))
    const state = running ?? (await startAnew(program))
    const userFile = path.join(users, String(process.pid))
    writeMark(userFile, markOf(process.pid) ?? { pid: process.pid, born: 'unknown' })
    return { url: databaseUrl(state), wasRunning: running !== undefined, leave: () => leave(userFile) }
  })
}

function otherProgram(program: string): string {
  return `Tests are running on ${program} already: wait for their end, or stop it by \`npm test -- --release\``
}

export function keepTestDatabase(): void {
  writeFileSync(keptFile, '')
}

/** Lets the last user, or this call, stop it. */
export function releaseTestDatabase(): Promise<void> {
  return locked(async () => {
    rmSync(keptFile, { force: true })
    if (!isUsed()) await throwAway()
  })
}

function locked<T>(work: () => Promise<T>): Promise<T> {
  return withFileLock(path.join(home, 'database.lock'), work)
}

async function runningDatabase(): Promise<State | undefined> {
  const state = readState()
  if (state === undefined || readMark(pidFile) === undefined) return undefined
  return (await isDatabaseReady(databaseUrl(state))) ? state : undefined
}

async function startAnew(program: string): Promise<State> {
  await throwAway()
  mkdirSync(users, { recursive: true })
  const state = {
    program,
    folder: throwawayFolder(),
    port: await freePort(),
    password: randomBytes(18).toString('hex'),
  }
  writeFileSync(stateFile, JSON.stringify(state), { mode: 0o600 })
  const started = await startDatabase({ ...state, log, pidFile })
  const isTrue = (): Promise<boolean> => isDatabaseReady(databaseUrl(state))
  const outcome = await waitFor({ isTrue, withinMs: 60_000, endedEarly: started.ended })
  if (outcome === 'yes') return state
  throw new Problem(`The test database did not come up; the end of ${log}:\n${lastLines(log, started.logFrom)}`)
}

async function leave(userFile: string): Promise<void> {
  await locked(async () => {
    rmSync(userFile, { force: true })
    if (!isUsed()) await throwAway()
  })
}

function isUsed(): boolean {
  if (existsSync(keptFile)) return true
  if (!existsSync(users)) return false
  return readdirSync(users).some((name) => readMark(path.join(users, name)) !== undefined)
}

async function throwAway(): Promise<void> {
  await endLeftover(pidFile)
  const state = readState()
  if (state) rmSync(state.folder, { recursive: true, force: true })
  for (const file of [stateFile, log]) rmSync(file, { force: true })
  rmSync(users, { recursive: true, force: true })
}

function readState(): State | undefined {
  try {
    const state: unknown = JSON.parse(readFileSync(stateFile, 'utf8'))
    return isState(state) ? state : undefined
  } catch {
    return undefined
  }
}

function isState(value: unknown): value is State {
  if (typeof value !== 'object' || value === null) return false
  return 'program' in value && 'folder' in value && 'port' in value && 'password' in value
}

/** In memory where there is room: what a test wrote need not survive the machine, and every commit is a sync. */
function throwawayFolder(): string {
  const memory = '/dev/shm'
  const folder = `madang-test-${userInfo().uid}-${shortHash(home)}`
  return privateFolder(hasRoom(memory) ? path.join(memory, folder) : path.join(home, 'database'))
}

function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize > 2 * 1024 ** 3
  } catch {
    return false
  }
}
