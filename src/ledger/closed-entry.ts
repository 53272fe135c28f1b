import type { AccountId } from '../platform/ids.ts'
import { hashOf, systemSender } from './entry.ts'
import type { Entry } from './entry.ts'

/** The payload of the last entry of every room: who closed it. */
export function closedPayload(by: AccountId | undefined): Buffer {
  return Buffer.from(JSON.stringify(by === undefined ? {} : { by: String(by) }))
}

export function isClosedEntry(entry: Pick<Entry, 'sender' | 'kind'>): boolean {
  return entry.sender === systemSender && entry.kind === 'closed'
}

/** *closed* as the epoch change writes it, when Redis lost its own. */
export function closedEntry(facts: { epoch: number; seq: number; at: number; by: AccountId | undefined }): Entry {
  const payload = closedPayload(facts.by)
  return {
    epoch: facts.epoch,
    seq: facts.seq,
    at: facts.at,
    sender: systemSender,
    id: '!closed',
    kind: 'closed',
    target: undefined,
    erases: false,
    hash: hashOf(payload),
    payload,
  }
}
