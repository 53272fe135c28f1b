import { createServer } from 'node:http'
import type { ExecutionContext } from 'ava'
import type { Identity, Viewer } from '../../../src/platform/http/viewer.ts'
import type { AccountId, SessionId } from '../../../src/platform/ids.ts'
import { createLog } from '../../../src/platform/log.ts'
import type { Connection } from '../../../src/platform/ws/connection.ts'
import { Gateway } from '../../../src/platform/ws/gateway.ts'
import type { GatewayLimits, GatewayParts } from '../../../src/platform/ws/gateway.ts'
import { listening } from '../../support/listening.ts'
import { TestSocket } from './test-socket.ts'

export const ourOrigin = 'https://madang.example'

export const alice: Viewer = viewer(1, 'alice')
export const bob: Viewer = viewer(2, 'bob')

function viewer(id: number, username: string): Viewer {
  return { account: id as AccountId, session: `session-of-${username}` as SessionId, username, role: 'member' }
}

/** A door for sockets with nothing behind it: what clients say is kept, and echoed when it says `echo`. */
export interface Porch {
  gateway: Gateway
  url: string
  connections: Connection[]
  heard: unknown[]
  tickets: Map<string, Viewer>
  open(who?: Viewer): Promise<{ socket: TestSocket; connection: Connection }>
}

const limits: GatewayLimits = {
  frameMaxBytes: 16_384,
  socketsPerAccount: 100,
  socketsPerAddress: 100,
  drainMs: 0,
  pingMs: 60_000,
  pongMs: 60_000,
  framesPerSecond: 1000,
  framesBurst: 1000,
  softBytes: 262_144,
  hardBytes: 1_048_576,
}

export async function createPorch(
  t: ExecutionContext,
  changes: Partial<GatewayLimits> = {},
  parts: Partial<Pick<GatewayParts, 'authenticate' | 'log'>> = {},
): Promise<Porch> {
  const people = new Map([alice, bob].map((person) => [person.username, person]))
  const tickets = new Map<string, Viewer>()
  const connections: Connection[] = []
  const heard: unknown[] = []
  const gateway = new Gateway({
    authenticate: async ({ authorization, cookie }) => identify(people, authorization, cookie),
    async redeemTicket(ticket) {
      const person = tickets.get(ticket)
      tickets.delete(ticket)
      return person
    },
    origins: new Set([ourOrigin]),
    limits: { ...limits, ...changes },
    log: createLog({ level: 'silent', service: 'test' }),
    ...parts,
    onConnection(connection) {
      connections.push(connection)
      return {
        frame(value) {
          heard.push(value)
          connection.send({ type: 'echo', value })
        },
        closed: () => void connections.splice(connections.indexOf(connection), 1),
      }
    },
  })
  const server = createServer()
  gateway.attach(server)
  const { port, close } = await listening(server)
  t.teardown(() => {
    gateway.close()
    close()
  })
  const url = `ws://127.0.0.1:${port}/v1/socket`
  return {
    ...{ gateway, url, connections, heard, tickets },
    async open(who = alice) {
      const socket = await TestSocket.open(url, { headers: { authorization: `Bearer ${who.username}` } })
      t.teardown(() => socket.ws.terminate())
      const connection = connections.findLast((one) => one.viewer.account === who.account)
      if (connection === undefined) throw new Error('the gateway has no connection')
      return { socket, connection }
    },
  }
}

function identify(people: Map<string, Viewer>, authorization = '', cookie = ''): Identity {
  if (authorization === 'Bearer expired') return { type: 'refused', code: 'session_expired' }
  const bearer = people.get(authorization.replace('Bearer ', ''))
  if (bearer !== undefined) return { type: 'signed_in', viewer: bearer, by: 'bearer' }
  const owner = people.get(cookie.replace('session=', ''))
  return owner === undefined ? { type: 'anonymous' } : { type: 'signed_in', viewer: owner, by: 'cookie' }
}
