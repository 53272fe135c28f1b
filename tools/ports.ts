import { randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { takeLock } from './file-lock.ts'
import { privateFolder } from './paths.ts'

/**
 * A port for `name` that is free right now: the one it had last time, else the preferred one, else any.
 * The choice is remembered in `file`, so that addresses stay the same from one start to the next.
 */
export async function rememberedPort(options: {
  file: string
  name: string
  preferred?: number | undefined
}): Promise<number> {
  const ports = readPorts(options.file)
  const taken = new Set(Object.entries(ports).map(([name, port]) => (name === options.name ? 0 : port)))
  const wishes = [ports[options.name], options.preferred].filter((port) => port !== undefined && !taken.has(port))
  const port = (await firstFree(wishes)) ?? (await freePort())
  mkdirSync(path.dirname(options.file), { recursive: true })
  writeFileSync(options.file, `${JSON.stringify({ ...ports, [options.name]: port }, null, 2)}\n`)
  return port
}

async function firstFree(ports: readonly (number | undefined)[]): Promise<number | undefined> {
  for (const port of ports) {
    if (port !== undefined && (await isFree(port))) return port
  }
  return undefined
}

export async function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await listenOnce(port, host)) !== undefined
}

/**
 * A port below those that systems give to outgoing connections (from 32768 on Linux): a server that dies must find its
 * port free when it comes back, and not taken by some client in between. It belongs to this process as long as that lives: two that
 * look at once would find the same one free, and the one that listens first would answer for both.
 */
export async function freePort({ least, most } = { least: 20_000, most: 31_999 }): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(least, most + 1)
    if (claim(port) && (await isFree(port))) return port
  }
  throw new Error('no free port on the loopback address')
}

const claims = path.join(tmpdir(), `madang-claimed-ports-${userInfo().uid}`)
const claimed: string[] = []

function claim(port: number): boolean {
  const file = path.join(privateFolder(claims), String(port))
  if (!takeLock(file)) return false
  if (claimed.push(file) === 1) process.once('exit', () => claimed.forEach((each) => rmSync(each, { force: true })))
  return true
}

function listenOnce(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined))
    })
  })
}

function readPorts(file: string): Record<string, number> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof parsed !== 'object' || parsed === null) return {}
    return Object.fromEntries(
      Object.entries(parsed).filter((entry): entry is [string, number] => Number.isInteger(entry[1])),
    )
  } catch {
    return {}
  }
}
