import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Redis } from 'ioredis'
import { createPool } from 'mysql2/promise'
import type { Pool, ResultSetHeader } from 'mysql2/promise'

/** What the chat peers have in common: a port, the services, and one row a message. The same client libraries as Madang's. */

function given(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}

export function connectRedis(): Redis {
  return new Redis(given('REDIS_URL'))
}

/** As many connections as a server of Madang has. */
export function connectDatabase(): Pool {
  return createPool({ uri: given('DATABASE_URL'), connectionLimit: 10 })
}

/** One INSERT, which is its own transaction: on disk when this resolves. Answers with the id of the row. */
export async function keepMessage(database: Pool, room: string, sender: string, body: string): Promise<number> {
  const statement = 'INSERT INTO messages (room, sender, body) VALUES (?, ?, ?)'
  const [result] = await database.execute<ResultSetHeader>(statement, [room, sender, body])
  return result.insertId
}

/**
 * Answers whoever asks whether it is up, and hands over what becomes a WebSocket. As the peers' documentation shows it that is one port; with
 * LISTEN_FILE sockets come in over that unix socket instead, as Madang's do.
 */
export function listen(): Server {
  const server = createServer(isUp)
  const file = process.env['LISTEN_FILE']
  const onPort = file === undefined ? server : createServer(isUp)
  onPort.listen(Number(given('PORT')), '127.0.0.1')
  if (file !== undefined) server.listen(file)
  process.on('SIGTERM', () => process.exit(0))
  return server
}

function isUp(_request: IncomingMessage, response: ServerResponse): void {
  response.end('ok')
}

export const socketPath = '/v1/socket'
