import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../tools/ports.ts'

/** A redis-server of one test file, with the settings that the promise rests on. */
export interface PrivateRedis {
  url: string
  port: number
  folder: string
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>
  /** SIGSTOP, as if its disk stood still: it answers nobody until `goOn`. */
  freeze(): void
  goOn(): void
  /** Starts again on the same port with what its append-only file holds. */
  start(): Promise<void>
  stop(): Promise<void>
}

export async function startRedis(args: string[] = []): Promise<PrivateRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'madang-redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined
  const redis: PrivateRedis = {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    async start() {
      child = spawn(process.env['REDIS_SERVER'] || 'redis-server', [...settingsOf(port, folder), ...args], {
        stdio: 'ignore',
      })
      await untilLoaded(port, child)
    },
    freeze: () => void child?.kill('SIGSTOP'),
    goOn: () => void child?.kill('SIGCONT'),
    async kill() {
      await end(child, 'SIGKILL')
    },
    async stop() {
      await end(child, 'SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
  await redis.start()
  return redis
}

function settingsOf(port: number, folder: string): string[] {
  return [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    ...['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'],
    ...['--maxmemory', '256mb', '--daemonize', 'no'],
  ]
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  // One that stands still does not hear it.
  child.kill('SIGCONT')
  await exited
}

/** Ready means that the append-only file is loaded, not that the port answers. */
async function untilLoaded(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 20_000
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`)
    if ((await info(port)).includes('loading:0')) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('redis-server was not ready within 20 s')
}

function info(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    let text = ''
    socket.on('error', () => resolve(''))
    socket.on('close', () => resolve(text))
    socket.on('data', (chunk) => {
      text += chunk.toString()
      if (text.includes('loading:')) socket.end()
    })
    socket.write('INFO persistence\r\n')
  })
}
