import type { DialectName } from './dialects.ts'

/** One socket of the load: who it is, where it goes, and whether it speaks. */
export interface SocketPlan {
  host: string
  port: number
  /** The address of its own on this machine: Nginx spreads by networks. */
  from: string | undefined
  /** Of a session, for those who ask for one. */
  token: string | undefined
  room: string
  /** Its number among all senders; undefined for those who only listen. */
  sender: number | undefined
}

export interface CrowdPlan {
  dialect: DialectName
  /** Of all processes of the load together. */
  senders: number
  sockets: readonly SocketPlan[]
}

/** Until `seconds` are over. */
export type Load =
  /** Each sender has so many messages under way and sends the next when one is acknowledged and has come back. */
  | { type: 'saturated'; seconds: number; window: number }
  /** So many messages in a second, of all senders of this process together, whatever became of the ones before. */
  | { type: 'paced'; seconds: number; perSecond: number }

export type ToClient =
  | { type: 'open'; plan: CrowdPlan }
  | { type: 'go'; load: Load }
  /** By room, by sender: how many messages there are since the sockets were opened. */
  | { type: 'settle'; sent: Readonly<Record<string, readonly number[]>> }

export type FromClient =
  | { type: 'ready' }
  /** The sender's number, its room, and how many messages it has sent since its socket was opened. */
  | { type: 'sent'; senders: readonly { sender: number; room: string; sent: number }[] }
  | { type: 'settled'; report: ClientReport }
  | { type: 'failed'; reason: string }

export interface ClientReport {
  /** Of this round. */
  sent: number
  acknowledged: number
  deliveries: number
  missing: number
  duplicates: number
  overtaken: number
  /** By room, the orders that its listeners heard. */
  orders: Readonly<Record<string, readonly number[]>>
  /** Some of the times from sending to hearing. */
  latenciesMs: readonly number[]
  firstAtMs: number
  lastAtMs: number
  /** Processor time of this process. */
  cpuSeconds: number
}
