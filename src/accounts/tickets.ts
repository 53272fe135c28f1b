import { randomBytes } from 'node:crypto'
import type { SessionId } from '../platform/ids.ts'
import type { Redis } from '../platform/redis.ts'
import { sessionId } from './access-tokens.ts'
import { hashOf } from './refresh-tokens.ts'

/** One-use tickets for clients that can send neither cookie nor header with a WebSocket handshake. */
const keys = { ticket: (ticket: string) => `ticket:${hashOf(ticket)}` }

export const ticketSeconds = 30

export async function issueTicket(redis: Redis, session: SessionId): Promise<string> {
  const ticket = randomBytes(32).toString('base64url')
  await redis.set(keys.ticket(ticket), session, 'EX', ticketSeconds)
  return ticket
}

/** The session that a ticket stands for. A ticket is taken away by being read. */
export async function takeTicket(redis: Redis, ticket: string): Promise<SessionId | undefined> {
  const session = await redis.getdel(keys.ticket(ticket))
  return session === null ? undefined : sessionId.parse(session)
}
