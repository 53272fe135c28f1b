import { connect } from 'node:net'
import { createConnection } from 'mysql2'
import type { DrillStack } from '../../stack/stack.ts'

/** What somebody sees who asks over a network: cut is an end without an answer, silent is neither, for as long as they waited. */
export type Answer = 'answered' | 'cut' | 'silent'

/** One connection. */
export interface Caller {
  ask(withinMs: number): Promise<Answer>
  close(): void
}

/** To a service by this port, which is that of a proxy. */
export function callerOf(stack: DrillStack, side: string, port: number): Caller {
  if (side === 'database') return databaseCaller(stack.databaseUrl, port)
  return plainCaller(port, side === 'redis' ? 'PING\r\n' : 'HEAD /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
}

/** For requests whose answer is short. Redis says that it wants a password; that is an answer, too. */
export function plainCaller(port: number, request: string): Caller {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  socket.on('error', () => undefined)
  return {
    close: () => socket.destroy(),
    ask: (withinMs) =>
      within(withinMs, (settle) => {
        if (socket.destroyed || socket.readableEnded) return settle('cut')
        for (const event of ['data', 'close', 'end']) socket.removeAllListeners(event)
        socket.once('data', () => settle('answered'))
        socket.once('close', () => settle('cut'))
        socket.once('end', () => settle('cut'))
        socket.write(request)
      }),
  }
}

function databaseCaller(uri: string, port: number): Caller {
  const url = new URL(uri)
  url.port = String(port)
  const connection = createConnection({ uri: url.href, connectTimeout: 60_000 })
  let isBroken = false
  connection.on('error', () => (isBroken = true))
  return {
    close: () => connection.destroy(),
    ask: (withinMs) =>
      within(withinMs, (settle) => {
        if (isBroken) return settle('cut')
        connection.query('DO 0', (error) => settle(error === null ? 'answered' : 'cut'))
      }),
  }
}

function within(withinMs: number, ask: (settle: (answer: Answer) => void) => void): Promise<Answer> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('silent'), withinMs)
    ask((answer) => {
      clearTimeout(timer)
      resolve(answer)
    })
  })
}
