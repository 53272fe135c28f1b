import { connect } from 'node:net'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { privateFolder } from './paths.ts'
import { startProcess } from './processes.ts'
import type { Started } from './processes.ts'

export interface RedisInstance {
  program: string
  folder: string
  log: string
  pidFile: string
  port: number
  password: string
}

export function redisUrl(instance: { port: number; password: string }): string {
  return `redis://:${instance.password}@127.0.0.1:${instance.port}/0`
}

/** A private Redis that keeps every acknowledged write and refuses new ones rather than forget old ones. */
export function startRedis(instance: RedisInstance): Promise<Started> {
  privateFolder(instance.folder)
  const config = path.join(instance.folder, 'redis.conf')
  writeFileSync(config, settings(instance), { mode: 0o600 })
  return startProcess({
    command: instance.program,
    args: [config],
    log: instance.log,
    pidFile: instance.pidFile,
  })
}

/** Of every Redis that Madang runs on; docker-compose.yml says the same. */
export const serverSettings = [
  'appendonly yes',
  'appendfsync always',
  // The append-only file is the truth; snapshots beside it would only cost.
  'save ""',
  'maxmemory 512mb',
  'maxmemory-policy noeviction',
] as const

function settings(instance: RedisInstance): string {
  const lines = [
    'bind 127.0.0.1',
    `port ${instance.port}`,
    `requirepass ${instance.password}`,
    `dir "${instance.folder}"`,
    ...serverSettings,
    'aof-load-truncated yes',
    'daemonize no',
  ]
  return `${lines.join('\n')}\n`
}

/** A Redis that still reads its file answers, but not with data: ready means `loading:0`. */
export async function isRedisReady(port: number, password: string): Promise<boolean> {
  const answer = await talk(port, `AUTH ${password}\r\nINFO persistence\r\nQUIT\r\n`)
  return /^loading:0\r?$/m.test(answer)
}

function talk(port: number, words: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 }, () => socket.write(words))
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    socket.on('timeout', () => socket.destroy())
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer))
  })
}
