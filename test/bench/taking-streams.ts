import { createServer, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import type { AccountId, SessionId } from '../../src/platform/ids.ts'
import { createLog } from '../../src/platform/log.ts'
import type { Connection, ConnectionHandlers } from '../../src/platform/ws/connection.ts'
import { Gateway } from '../../src/platform/ws/gateway.ts'

/** The lower end of sockets and streams for programs that count what a server allocates. */

const log = createLog({ level: 'silent', service: 'test' })
const never = 2 ** 31 - 1

/** Takes everything at once, so that what Node makes for a system call is not among what is counted. */
export class TakingStream extends Duplex {
  taken = 0

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.taken += 1
    done()
  }
}

export function requestOn(stream: Duplex, headers: Record<string, string>): IncomingMessage {
  const request = new IncomingMessage(stream as Socket)
  Object.assign(request, { method: 'GET', url: '/v1/socket', httpVersionMajor: 1, httpVersionMinor: 1, headers })
  return request
}

/** Sockets as the gateway makes them, without a network, heard by `handle`. */
export async function connect(
  streams: readonly Duplex[],
  handle: (connection: Connection) => ConnectionHandlers = () => ({ frame: () => undefined, closed: () => undefined }),
): Promise<Connection[]> {
  const opened: Connection[] = []
  const viewer = { account: 1 as AccountId, session: 's' as SessionId, username: 'alice', role: 'member' } as const
  const gateway = new Gateway({
    authenticate: async () => ({ type: 'signed_in', by: 'bearer', viewer }),
    redeemTicket: async () => undefined,
    origins: new Set(),
    limits: {
      ...{ frameMaxBytes: 1000, socketsPerAccount: streams.length, socketsPerAddress: streams.length, drainMs: 0 },
      ...{ pingMs: never, pongMs: never, framesPerSecond: 1e9, framesBurst: 1e9, softBytes: 1e6, hardBytes: 1e6 },
    },
    log,
    onConnection(connection) {
      opened.push(connection)
      return handle(connection)
    },
  })
  const server = createServer()
  gateway.attach(server)
  const asking = {
    ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'x-forwarded-for': '127.0.0.1' },
    ...{ 'sec-websocket-key': Buffer.alloc(16).toString('base64'), 'sec-websocket-protocol': 'madang.v1' },
  }
  for (const stream of streams) {
    server.emit('upgrade', requestOn(stream, asking), stream, Buffer.alloc(0))
    // One after the other: of many at once some would be asked to come again.
    await endOfTurn()
  }
  if (opened.length < streams.length) throw new Error('not all were let in')
  return opened
}
