import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestFn } from 'ava'
import type { OpenApiDocument } from '../../src/platform/http/openapi/document.ts'
import { loadConfig, raisedLimits } from '../../src/config.ts'
import { freePort } from '../../tools/ports.ts'
import { silentProgress } from '../../tools/progress.ts'
import { provideWebClient } from '../../tools/web/client.ts'
import { holdToDocument } from './held.ts'
import { Nginx } from './nginx.ts'
import { Part } from './part.ts'
import type { PartOptions } from './part.ts'
import { createWorld } from './world.ts'
import type { World, WorldOptions } from './world.ts'

const serverNames = ['server-1', 'server-2'] as const
export type ServerName = (typeof serverNames)[number]
const workerNames = ['worker-1', 'worker-2'] as const
export type ProcessName = ServerName | (typeof workerNames)[number]
export type PartName = ProcessName | 'redis'

/**
 * All of Madang for one test file: Nginx, two web servers, a worker, a Redis, a schema. Its parts can be killed. A second worker is
 * ready to be started.
 */
export interface Stack {
  world: World
  /** Of Nginx. */
  address: string
  /** Of an Nginx that goes to this server, and to the other one while it is gone; with `isForBrowsers` alone. */
  addressBefore(name: ServerName): string
  /** Limits that are wider here than people have them. */
  raised: Record<string, number>
  /** Of each web server itself. */
  serverAddress(name: ServerName): string
  /** Where the worker answers probes. */
  workerAddress: string
  /** SIGKILL, as a crash would. */
  kill(part: PartName): Promise<void>
  /** Starts a part again and waits until it can take work; for Redis until all parts see it again. */
  start(part: PartName): Promise<void>
  /** SIGTERM; resolves with the exit code when the process has ended. */
  terminate(part: ProcessName): Promise<number | null>
  /** The process that was started last. It has an IPC channel when the stack was started with a preload. */
  childOf(part: ProcessName): ChildProcess
  /** What a process has logged, for a test that failed. */
  logOf(part: ProcessName): string
  /** Of a process that runs; changes with every start. */
  pidOf(part: ProcessName): number | undefined
  /** What Nginx has answered, a line of JSON each. */
  accessLog: string
  nginx: Nginx
  /** Of Nginx without TLS, which sends people to `address`; the same as that where there is no TLS. */
  plainAddress: string
  stop(): Promise<void>
}

/** Limits that are not what these tests are about, and times that keep them quick. */
const settings: Record<string, string | number> = {
  SIGN_IN_PER_MINUTE: 100_000,
  SIGN_UP_PER_HOUR: 100_000,
  REQUESTS_PER_MINUTE: 1_000_000,
  ROOM_CHANGES_PER_MINUTE: 100_000,
  FRAMES_PER_SECOND: 100_000,
  FRAMES_BURST: 100_000,
  MESSAGES_PER_SECOND: 100_000,
  SOCKETS_PER_ADDRESS: 10_000,
  LOG_LEVEL: 'warn',
}

export type StackOptions = PartOptions &
  WorldOptions & {
    /** Nginx limits addresses as it does for people; otherwise it lets all of a test's come from one. */
    hasStandardNginx?: boolean
    /** Before anything is started. */
    prepare?: (world: World) => Promise<void>
    /** Nginx throws a die for each connection instead of keeping an address with one server. */
    hasRandomServers?: boolean
    /** How Nginx chooses between the servers (MADANG_BALANCE); by `ip_hash` unless said otherwise. */
    balance?: string
    /** People come by TLS, and the site says so. */
    hasTls?: boolean
    /**
     * Nginx serves the web client as it is written now, and each server has an Nginx of its own: all browsers of a test have one address, and
     * would stay with one server.
     */
    isForBrowsers?: boolean
  }

export async function startStack(
  changes: Record<string, string | number> = {},
  options: StackOptions = {},
): Promise<Stack> {
  const world = await createWorld(options)
  const folder = await mkdtemp(join(tmpdir(), 'madang-stack-'))
  const publicPort = await freePort()
  const tlsPort = options.hasTls === true ? await freePort() : undefined
  const ownPorts = new Map<ServerName, number>()
  if (options.isForBrowsers === true) {
    await provideWebClient(silentProgress)
    for (const name of serverNames) ownPorts.set(name, await freePort())
  }
  const env = {
    ...world.env,
    PUBLIC_ORIGIN: tlsPort === undefined ? originAt(publicPort) : `https://127.0.0.1:${tlsPort}`,
    ALLOWED_ORIGINS: [...ownPorts.values()].map(originAt).join(),
    ...asText({ ...settings, ...changes }),
  }
  const socketOf = (name: ServerName): string => join(folder, `${name}.sock`)
  const processes = new Map<ProcessName, Part>()
  for (const name of serverNames) {
    const file = { LISTEN_FILE: socketOf(name) }
    processes.set(name, await newPart('src/server.ts', name, { ...env, ...file }, options))
  }
  for (const name of workerNames) processes.set(name, await newPart('workers/main.ts', name, env, options))
  const all = [...processes.values()]

  function partOf(name: ProcessName): Part {
    const part = processes.get(name)
    if (part === undefined) throw new Error(`there is no ${name}`)
    return part
  }

  const upstreamOf = (name: ServerName): string => `unix:${socketOf(name)}`
  const mediaFolder = world.config.MEDIA_FOLDER
  const nginx = new Nginx({
    ...{ folder, port: publicPort, mediaFolder, servers: serverNames.map(upstreamOf) },
    hasStandardLimits: options.hasStandardNginx === true,
    ...(tlsPort === undefined ? {} : { tlsPort }),
    ...(options.balance === undefined ? {} : { balance: options.balance }),
    spread: options.hasRandomServers === true ? 'by dice' : 'by address',
  })
  const ownFronts = new Map<ServerName, Nginx>()
  for (const [name, port] of ownPorts) {
    const inTurn = [name, ...serverNames.filter((other) => other !== name)].map(upstreamOf)
    ownFronts.set(
      name,
      new Nginx({ folder: join(folder, name), port, mediaFolder, servers: inTurn, spread: 'in turn' }),
    )
  }
  const fronts = [nginx, ...ownFronts.values()]

  const stack: Stack = {
    world,
    address: nginx.address,
    addressBefore(name) {
      const front = ownFronts.get(name)
      if (front === undefined) throw new Error('each server has an Nginx of its own with `isForBrowsers` alone')
      return front.address
    },
    raised: raisedLimits(loadConfig(env)),
    serverAddress: (name) => `http://${partOf(name).host}`,
    workerAddress: `http://${partOf('worker-1').host}`,
    kill: (part) =>
      part === 'redis'
        ? world.redis.kill()
        : partOf(part)
            .end('SIGKILL')
            .then(() => undefined),
    async start(part) {
      if (part !== 'redis')
        return partOf(part)
          .start()
          .then(() => partOf(part).ready())
      await world.redis.start()
      await Promise.all(all.filter((one) => one.isRunning).map((one) => one.ready()))
    },
    terminate: (part) => partOf(part).end('SIGTERM'),
    childOf: (part) => partOf(part).child,
    logOf: (part) => partOf(part).log,
    pidOf: (part) => partOf(part).pid,
    accessLog: nginx.accessLog,
    nginx,
    plainAddress: originAt(publicPort),
    async stop() {
      await Promise.all(fronts.map((front) => front.stop()))
      await Promise.all(all.map((part) => part.end('SIGTERM')))
      await world.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    await options.prepare?.(world)
    const parts = [...serverNames, 'worker-1' as const].map(partOf)
    await Promise.all([
      ...parts.map((part) => part.start().then(() => part.ready())),
      ...fronts.map((front) => front.start()),
    ])
    const document = await (await fetch(`${stack.serverAddress('server-1')}/openapi.json`)).json()
    const origins = [stack.address, ...serverNames.map((name) => stack.serverAddress(name))]
    holdToDocument(origins, () => document as OpenApiDocument)
    return stack
  } catch (error) {
    await stack.stop()
    throw error
  }
}

/** A stack for all tests of a file, made before the first and stopped after the last. */
export function stackOf(
  test: TestFn,
  changes: Record<string, string | number> = {},
  options: StackOptions = {},
): () => Stack {
  let stack: Stack | undefined
  test.serial.before('the stack is started', async (t) => {
    // Half a minute where a machine has nothing else to do is some where ten stacks start at once.
    t.timeout(240_000)
    stack = await startStack(changes, options)
    const raised = Object.entries(stack.raised).map(([name, value]) => `${name}=${value}`)
    if (raised.length > 0) t.log(`limits above their defaults: ${raised.join(', ')}`)
  })
  test.serial.after.always('the stack is stopped', async (t) => {
    await stack?.stop()
    t.pass()
  })
  return () => {
    if (stack === undefined) throw new Error('the stack is started before the first test')
    return stack
  }
}

function originAt(port: number): string {
  return `http://127.0.0.1:${port}`
}

function asText(values: Record<string, string | number>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}

async function newPart(
  script: string,
  name: ProcessName,
  env: Record<string, string>,
  options: StackOptions,
): Promise<Part> {
  const port = await freePort()
  const own = { HOST: '127.0.0.1', SERVER_NAME: name, TZ: 'UTC' }
  const isWorker = workerNames.some((worker) => worker === name)
  const ports = isWorker ? { WORKER_PORT: String(port) } : { PORT: String(port) }
  return new Part(script, port, { ...env, ...own, ...ports }, options)
}
