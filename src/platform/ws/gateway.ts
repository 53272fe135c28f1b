import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Server as SocketServer } from 'ws'
import { because, requestIdOf } from '../cause.ts'
import { Problem } from '../errors.ts'
import type { Role, Viewer } from '../http/viewer.ts'
import type { AccountId, SessionId } from '../ids.ts'
import { within } from '../lifecycle.ts'
import type { Log } from '../log.ts'
import { isOutage } from '../outage.ts'
import { closeCodes } from './close-codes.ts'
import { inSpan, tracing } from '../tracing/tracer.ts'
import type { CloseReason } from './close-codes.ts'
import { ConnectedSocket, Connection } from './connection.ts'
import type { ConnectionHandlers, ConnectionLimits } from './connection.ts'
import { addressOf, chooseProtocol, identify, offeredProtocols, subprotocol } from './handshake.ts'
import type { HandshakeParts } from './handshake.ts'
import { Heartbeat } from './heartbeat.ts'
import { refuseUpgrade } from './refusal.ts'
import { SocketCounts } from './socket-metrics.ts'

export interface GatewayLimits extends ConnectionLimits {
  frameMaxBytes: number
  socketsPerAccount: number
  socketsPerAddress: number
  /** Time over which a stopping server sends its sockets away, so that they do not all come back at once. */
  drainMs: number
}

export interface GatewayParts extends HandshakeParts {
  limits: GatewayLimits
  log: Log
  /** Called for each new socket; what it returns hears the frames. */
  onConnection: (connection: Connection) => ConnectionHandlers
}

const path = '/v1/socket'
const handshakeMs = 5000
/** More clients than this at the door at once are asked to come again: after a restart all come at the same time. */
const mostHandshakes = 500
const mostFragments = 32

/** Somebody who asks for a socket. */
interface Coming {
  request: IncomingMessage
  stream: Duplex
  head: Buffer
  requestId: string
}

interface Socket {
  ws: ConnectedSocket
  stream: Duplex
  viewer: Viewer
  address: string
  requestId: string
}

/** The door for sockets: refuses before the upgrade with an ordinary HTTP answer, counts, and sends away. */
export class Gateway {
  readonly counts = new SocketCounts()
  readonly #parts: GatewayParts
  readonly #server: SocketServer<typeof ConnectedSocket>
  readonly #heartbeat: Heartbeat
  /** With their addresses. */
  readonly #connections = new Map<Connection, string>()
  /** Lists: as a rule of one, for which a Set takes five times as much. */
  readonly #byAccount = new Map<AccountId, readonly Connection[]>()
  readonly #bySession = new Map<SessionId, readonly Connection[]>()
  readonly #byAddress = new Map<string, number>()
  #handshakes = 0
  #isDraining = false
  #onEmpty: (() => void) | undefined

  constructor(parts: GatewayParts) {
    this.#parts = parts
    this.#server = new WebSocketServer({
      noServer: true,
      WebSocket: ConnectedSocket,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: parts.limits.frameMaxBytes,
      maxFragments: mostFragments,
      maxBufferedChunks: 4 * mostFragments,
      ...boundPongs(parts.limits.framesBurst),
      handleProtocols: (offered) => chooseProtocol(offered),
    })
    this.#heartbeat = new Heartbeat(parts.limits, () => {
      for (const connection of this.#connections.keys()) connection.beat()
    })
    // Whom `ws` itself does not let in, for a key or a version that is none, hears it in the words of all others.
    this.#server.on('wsClientError', ({ message }, stream, request) => {
      this.#refuse(stream, new Problem('malformed', { detail: message }), requestIdOf(request.headers))
    })
    this.#server.on('headers', (headers, request) => headers.push(`X-Request-Id: ${requestIdOf(request.headers)}`))
  }

  get size(): number {
    return this.#connections.size
  }

  get sessions(): SessionId[] {
    return [...this.#bySession.keys()]
  }

  attach(server: Server): void {
    server.on('upgrade', (request, stream, head) => {
      const requestId = requestIdOf(request.headers)
      request.headers['x-request-id'] = requestId
      because({ requestId }, () => void this.#come({ request, stream, head, requestId }))
    })
  }

  /** For sign-outs and revoked or expired sessions. */
  closeSessions(sessions: Iterable<SessionId>, reason: CloseReason): void {
    for (const session of sessions) this.#bySession.get(session)?.forEach((connection) => connection.close(reason))
  }

  roleChanged(account: AccountId, role: Role): void {
    this.#byAccount.get(account)?.forEach((connection) => connection.becomes(role))
  }

  /** No new sockets; those there are sent away, spread over the drain time. Resolves when the last one is gone. */
  async drain(): Promise<void> {
    this.#isDraining = true
    const timers = [...this.#connections.keys()].map((connection) =>
      setTimeout(() => connection.close('draining'), Math.random() * this.#parts.limits.drainMs),
    )
    const empty = Promise.withResolvers<void>()
    this.#onEmpty = empty.resolve
    if (this.size === 0) empty.resolve()
    await empty.promise
    timers.forEach((timer) => clearTimeout(timer))
  }

  /** Cuts off what is left. */
  close(): void {
    this.#isDraining = true
    this.#heartbeat.stop()
    for (const connection of this.#connections.keys()) connection.terminate()
    this.#server.close()
  }

  async #come(coming: Coming): Promise<void> {
    const { request, stream, requestId } = coming
    const tracer = tracing()
    stream.on('error', destroy)
    // Without a word: Nginx asks the next server then, where a refusal would be the client's answer.
    if (this.#isDraining) return void stream.destroy()
    this.#handshakes += 1
    try {
      if (tracer === undefined) return await this.#upgrade(coming)
      const parent = tracer.believed(request.headers.traceparent)
      const span = tracer.start(`GET ${path}`, { kind: 'server', parent, facts: { 'madang.request_id': requestId } })
      await inSpan(span, () => this.#upgrade(coming))
    } catch (error) {
      if (this.#isDraining) return void stream.destroy()
      const problem = this.#toProblem(error, requestId)
      this.#refuse(stream, problem, requestId)
      const route = problem.code === 'not_found' ? undefined : path
      this.#parts.log.info({ requestId, method: 'GET', route, status: problem.status }, 'request')
    } finally {
      this.#handshakes -= 1
    }
  }

  async #upgrade({ request, stream, head, requestId }: Coming): Promise<void> {
    const address = addressOf(request)
    this.#requireRoom(request, address)
    const protocol = chooseProtocol(offeredProtocols(request))
    const viewer = await within(handshakeMs, 'handshake', identify(this.#parts, request))
    this.#requireRoom(request, address)
    if (this.#isDraining) stream.destroy()
    if (stream.destroyed) return
    this.#server.handleUpgrade(request, stream, head, (ws) => {
      // From here on `ws` listens.
      stream.off('error', destroy)
      if (protocol === subprotocol) this.#open({ ws, stream, viewer, address, requestId })
      else this.#closeAtOnce(ws, 'protocolVersion')
    })
  }

  #requireRoom(request: IncomingMessage, address: string): void {
    if (URL.parse(request.url ?? '', 'http://here')?.pathname !== path) throw new Problem('not_found')
    if (this.#handshakes > mostHandshakes) throw new Problem('unavailable', { retryAfter: 1 })
    if ((this.#byAddress.get(address) ?? 0) >= this.#parts.limits.socketsPerAddress) {
      throw new Problem('rate_limited', { detail: 'Too many sockets from this address', retryAfter: 10 })
    }
  }

  #open(socket: Socket): void {
    const { ws, stream, viewer, address, requestId } = socket
    if ((this.#byAccount.get(viewer.account)?.length ?? 0) >= this.#parts.limits.socketsPerAccount) {
      return this.#closeAtOnce(ws, 'tooManyConnections')
    }
    const { limits, onConnection, log } = this.#parts
    const parts = { limits, heartbeat: this.#heartbeat, counts: this.counts, onEnd: this.#strike }
    const connection = new Connection({ ws, stream, viewer, requestId, ...parts })
    log.info({ requestId, account: viewer.account }, 'socket opened')
    this.#enlist(connection, address)
    connection.handleBy(onConnection(connection))
  }

  /** A browser hears why in the close frame alone; of a refused upgrade it is told nothing. */
  #closeAtOnce(ws: ConnectedSocket, reason: CloseReason): void {
    ws.on('error', () => undefined)
    this.counts.countClosed(reason)
    ws.close(closeCodes[reason].code, reason)
  }

  #refuse(stream: Duplex, problem: Problem, requestId: string): void {
    this.counts.countRefused(problem.code)
    refuseUpgrade(stream, problem, requestId)
  }

  #enlist(connection: Connection, address: string): void {
    this.counts.opened += 1
    const { account, session } = connection.viewer
    this.#connections.set(connection, address)
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1)
    addTo(this.#byAccount, account, connection)
    addTo(this.#bySession, session, connection)
  }

  /** One function for all connections. */
  readonly #strike = (connection: Connection, code: number): void => {
    const { requestId, heard } = connection
    const { account, session } = connection.viewer
    this.#parts.log.info({ requestId, account, code, frames: heard }, 'socket closed')
    const address = this.#connections.get(connection)
    if (address === undefined || !this.#connections.delete(connection)) return
    const left = (this.#byAddress.get(address) ?? 1) - 1
    if (left === 0) this.#byAddress.delete(address)
    else this.#byAddress.set(address, left)
    removeFrom(this.#byAccount, account, connection)
    removeFrom(this.#bySession, session, connection)
    if (this.size === 0) this.#onEmpty?.()
  }

  #toProblem(error: unknown, requestId: string): Problem {
    if (error instanceof Problem) return error
    const facts = { err: error, requestId }
    const isAway = isOutage(error)
    if (isAway) this.#parts.log.warn(facts, 'MySQL or Redis is away')
    else this.#parts.log.error(facts, 'handshake failed')
    return new Problem(isAway ? 'unavailable' : 'internal', { retryAfter: 1, cause: error })
  }
}

/**
 * Unsent pongs at which `ws` cuts a client off without a word; @types/ws does not know the option yet. Who sends too many pings is to be
 * told so by the rate, twice a burst on; this is for who asks at the allowed rate and never reads.
 */
function boundPongs(framesBurst: number): { maxPendingAutoPongs: number } {
  return { maxPendingAutoPongs: 4 * framesBurst }
}

function addTo<Key>(map: Map<Key, readonly Connection[]>, key: Key, connection: Connection): void {
  const members = map.get(key)
  map.set(key, members === undefined ? [connection] : [...members, connection])
}

function removeFrom<Key>(map: Map<Key, readonly Connection[]>, key: Key, connection: Connection): void {
  const others = map.get(key)?.filter((member) => member !== connection) ?? []
  if (others.length === 0) map.delete(key)
  else map.set(key, others)
}

function destroy(this: Duplex): void {
  this.destroy()
}
