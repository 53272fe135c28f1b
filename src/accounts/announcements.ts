import { z } from 'zod'
import { roles } from '../platform/http/viewer.ts'
import type { Role } from '../platform/http/viewer.ts'
import type { Broker } from '../platform/broker.ts'
import type { AccountId, SessionId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { sessionId } from './access-tokens.ts'

/** Why sessions ended. */
export type EndReason = (typeof endReasons)[number]
const endReasons = ['signed_out', 'revoked', 'reused', 'password_changed', 'displaced', 'gone'] as const

/** What all servers hear of accounts at once. */
export type Announcement =
  | { type: 'ended'; sessions: SessionId[]; reason: EndReason }
  | { type: 'role'; account: AccountId; role: Role }
  | { type: 'profile'; account: AccountId }

const keys = { channel: 'accounts' }

const account = z
  .number()
  .int()
  .positive()
  .transform((id) => id as AccountId)
const announcement = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ended'), sessions: z.array(sessionId), reason: z.enum(endReasons) }),
  z.object({ type: z.literal('role'), account, role: z.enum(roles) }),
  z.object({ type: z.literal('profile'), account }),
])

/**
 * Tells all servers, this one at once and without Redis. Never rejects: what is announced is true already, and who missed it
 * finds out by looking (see `session-watch.ts`).
 */
export type Announce = (announcement: Announcement) => Promise<void>

export function createAnnounce(options: {
  broker: Broker
  log: Log
  hear: (announcement: Announcement) => void
}): Announce {
  return async (said) => {
    options.hear(said)
    try {
      await options.broker.publish(keys.channel, JSON.stringify(said))
    } catch (error) {
      options.log.warn({ err: error, announcement: said.type }, 'the other servers could not be told')
    }
  }
}

/**
 * Hears what any server announces, this one included: to hear a thing twice must do no harm. What a newer version says
 * and this one does not know is passed over.
 */
export function hearAnnouncements(broker: Broker, hear: (announcement: Announcement) => void): Promise<() => void> {
  return broker.subscribe(keys.channel, (message) => {
    const said = announcement.safeParse(JSON.parse(message.toString()))
    if (said.success) hear(said.data)
  })
}
