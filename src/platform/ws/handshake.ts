import type { IncomingMessage } from 'node:http'
import { Problem } from '../errors.ts'
import { addressKey } from '../http/rate-limit.ts'
import type { Authenticate, Viewer } from '../http/viewer.ts'

export const subprotocol = 'madang.v1'
const anyVersion = /^madang\.v[0-9]{1,4}$/
const ticketPrefix = 'ticket.'

export interface HandshakeParts {
  authenticate: Authenticate
  /** Takes a one-use ticket; undefined when it is not known, used or too old. */
  redeemTicket: (ticket: string) => Promise<Viewer | undefined>
  origins: ReadonlySet<string>
}

/** The subprotocol to speak: ours, or a version of it that we do not know (the socket is then closed with 4520). */
export function chooseProtocol(offered: ReadonlySet<string>): string {
  const chosen = offered.has(subprotocol) ? subprotocol : [...offered].find((name) => anyVersion.test(name))
  if (chosen === undefined) {
    throw new Problem('malformed', { detail: `Offer the subprotocol ${subprotocol}` })
  }
  return chosen
}

/**
 * Who asks for a socket. Errors: `not_signed_in`, `session_expired`, `forbidden` (a cookie from another site).
 *
 * A ticket is one-use and lives 30 seconds. Browsers that cannot use the cookie offer it as a second subprotocol
 * `ticket.<value>`; `?ticket=` is for clients that can do neither, and never logged (see docs/protocol.md). Access tokens are
 * taken from headers and cookies only.
 */
export async function identify(parts: HandshakeParts, request: IncomingMessage): Promise<Viewer> {
  const ticket = ticketOf(request)
  if (ticket !== undefined) {
    const viewer = await parts.redeemTicket(ticket)
    if (viewer === undefined) throw new Problem('not_signed_in', { detail: 'The ticket is used, too old or not ours' })
    return viewer
  }
  const identity = await parts.authenticate(request.headers)
  switch (identity.type) {
    case 'anonymous':
      throw new Problem('not_signed_in')
    case 'refused':
      throw new Problem(identity.code)
    case 'signed_in':
      if (identity.by === 'cookie') requireOrigin(request, parts.origins)
      return identity.viewer
    default:
      return identity satisfies never
  }
}

export function offeredProtocols(request: IncomingMessage): Set<string> {
  const header = request.headers['sec-websocket-protocol'] ?? ''
  return new Set(
    header
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  )
}

/** Nginx is the only one before us and adds the address that it saw as the last. */
export function addressOf(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for']
  const last = String(forwarded ?? '')
    .split(',')
    .at(-1)
    ?.trim()
  return addressKey(last === undefined || last === '' ? (request.socket.remoteAddress ?? '') : last)
}

function ticketOf(request: IncomingMessage): string | undefined {
  const offered = [...offeredProtocols(request)].find((name) => name.startsWith(ticketPrefix))
  if (offered !== undefined) return offered.slice(ticketPrefix.length)
  return URL.parse(request.url ?? '', 'http://here')?.searchParams.get('ticket') ?? undefined
}

/** A browser sends our cookie from any page that asks for a socket, and names that page's origin truly. */
function requireOrigin(request: IncomingMessage, origins: ReadonlySet<string>): void {
  const { origin } = request.headers
  if (origin === undefined || !origins.has(origin)) {
    throw new Problem('forbidden', { detail: 'This request does not come from our own pages' })
  }
}
