import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crashPoint } from '../platform/crash-point.ts'
import type { RoomId } from '../platform/ids.ts'
import { inTransaction } from '../platform/mysql.ts'
import { traced } from '../platform/tracing/tracer.ts'
import * as buffer from './buffer.ts'
import { fence } from './closing.ts'
import type { ClosingParts } from './closing.ts'
import { closingOf, finishClosing, moveClosing, settleClosing } from './closing-store.ts'
import type { ClosingRow, Fence, FinalClosing } from './closing-store.ts'
import { flushRoom } from './flush.ts'
import type { FlushParts } from './flush.ts'
import type { RoomDescription, RoomsPort } from './contract.ts'
import type { Receipt, Signer } from './receipt.ts'
import { deleteWitnesses, insertKey, msSinceLastEpochEnd } from './record-store.ts'
import { endLedger, ledgerOf, lockLedger } from './ledger-store.ts'
import { sendersOf } from './store.ts'
import { TranscriptDraft } from './transcript.ts'
import type { Transcripts } from './transcript.ts'
import { verifyRoom } from './verification.ts'
import type { Verification } from './verification.ts'

export interface SealingParts extends ClosingParts, FlushParts {
  rooms: RoomsPort
  signer: Signer
  transcriptsFolder: string
  /** What an acknowledgement means on this installation, such as `always`. */
  durability: string
  witnessMs: number
  rememberSeconds: number
}

const final = new Set(['sealed', 'suspect', 'quarantined'])

/**
 * Leads a closing to its final state: fence → drain → verify → seal. Each step may run twice, late, or on two workers at
 * once. Throws when a step fails; the sweeper comes back.
 */
export function driveClosing(parts: SealingParts, room: RoomId): Promise<void> {
  return step('closing', room, () => driveOn(parts, room))
}

/** A step of a closing, as it is traced. */
function step<T>(name: string, room: RoomId, work: () => Promise<T>): Promise<T> {
  return traced(name, { facts: { 'madang.room': room } }, work)
}

async function driveOn(parts: SealingParts, room: RoomId): Promise<void> {
  const closing = await closingOf(parts.sql, room)
  if (closing === undefined) return
  if (final.has(closing.state)) return step('closing: settle', room, () => settle(parts, room))
  if (closing.state === 'requested') await fence(parts, room)
  const fenced = await step('closing: drain', room, () => drain(parts, room))
  crashPoint('sealing: drained, room not told')
  await parts.rooms.closed(room)
  crashPoint('sealing: room told, not verified')
  await seal(parts, room, fenced)
}

/** Flushes until MySQL holds everything up to the fence. */
async function drain(parts: SealingParts, room: RoomId): Promise<Fence> {
  await moveClosing(parts.sql, room, ['fenced', 'verifying'], 'draining')
  crashPoint('sealing: draining, not flushed')
  await flushRoom(parts, room)
  const closing = await closingOf(parts.sql, room)
  if (closing?.epoch === undefined || closing.lastSeq === undefined || closing.digest === undefined) {
    throw new Error(`room ${room} has no fence`)
  }
  if (closing.storedSeq !== closing.lastSeq) {
    throw new Error(`room ${room} is stored up to ${closing.storedSeq}, its fence stands at ${closing.lastSeq}`)
  }
  return { epoch: closing.epoch, lastSeq: closing.lastSeq, digest: closing.digest }
}

async function seal(parts: SealingParts, room: RoomId, fenced: Fence): Promise<void> {
  if (!(await moveClosing(parts.sql, room, ['fenced', 'draining'], 'verifying'))) return
  await untilWitnessed(parts, room)
  const epoch = (await ledgerOf(parts.sql, room))?.epoch
  const description = await parts.rooms.describe(room, await sendersOf(parts.sql, room))
  const { verification, transcripts } = await step('closing: verify', room, () =>
    verifyAndTranscribe(parts, room, fenced, description),
  )
  crashPoint('sealing: transcripts named, not signed')
  const closing = await closingOf(parts.sql, room)
  if (closing === undefined) return
  const receipt = receiptOf({ parts, room, closing, verification, description, transcripts })
  const outcome = {
    state: receipt.state,
    fence: fenced,
    parked: verification.parked.length,
    receipt: await parts.signer.sign(receipt),
    transcripts: { ndjson: transcripts.ndjson.name, html: transcripts.html.name },
    lastError: verification.faults[0],
  }
  const isOurs = await step('closing: seal', room, () => finish(parts, room, epoch, outcome))
  // Who was first tells the people; where an epoch change came between, nobody has an end to tell of yet.
  if (!isOurs) return discardLost(parts, room, transcripts)
  crashPoint('sealing: final, not retired')
  await retireRoom(parts, room)
  crashPoint('sealing: retired, people not told')
  await parts.rooms.sealed(room)
}

/** The rows are read once, for both. */
async function verifyAndTranscribe(
  parts: SealingParts,
  room: RoomId,
  fenced: Fence,
  description: RoomDescription,
): Promise<{ verification: Verification; transcripts: Transcripts }> {
  const draft = await TranscriptDraft.begin({ ...parts, folder: parts.transcriptsFolder }, room, description)
  try {
    const verification = await verifyRoom(parts.sql, room, fenced, (entries) => draft.write(entries))
    crashPoint('sealing: verified, transcripts not whole')
    return { verification, transcripts: await draft.finish() }
  } finally {
    await draft.discard()
  }
}

/** Servers write their witnesses down once an interval: give the last ones time to arrive. */
async function untilWitnessed(parts: SealingParts, room: RoomId): Promise<void> {
  const sinceMs = await msSinceLastEpochEnd(parts.sql, room)
  const leftMs = sinceMs === undefined ? 0 : 3 * parts.witnessMs - sinceMs
  if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs))
}

function stateOf(verification: Verification): Receipt['state'] {
  if (verification.faults.length > 0) return 'quarantined'
  const isSuspect = verification.epochs.some((epoch) => epoch.suspect !== undefined) || verification.parked.length > 0
  return isSuspect ? 'suspect' : 'sealed'
}

function receiptOf(facts: {
  parts: SealingParts
  room: RoomId
  closing: ClosingRow
  verification: Verification
  description: RoomDescription
  transcripts: Transcripts
}): Receipt {
  const { verification, description, closing } = facts
  return {
    type: 'madang.receipt.v1',
    room: String(facts.room),
    name: description.name,
    state: stateOf(verification),
    epochs: verification.epochs.map(({ epoch, firstSeq, lastSeq, digest, cause, suspect }) => ({
      ...{ epoch, firstSeq, lastSeq, digest, cause },
      ...(suspect === undefined ? {} : { suspect }),
    })),
    firstSeq: 1,
    lastSeq: verification.entries,
    entries: verification.entries,
    messages: verification.messages,
    perSender: [...verification.perSender].map(([sender, messages]) => ({
      sender: String(sender),
      name: description.names.get(sender) ?? '',
      messages,
    })),
    digest: verification.digest,
    durability: facts.parts.durability,
    openedAt: description.openedAt.toISOString(),
    closedAt: (closing.fencedAt ?? closing.requestedAt).toISOString(),
    sealedAt: new Date().toISOString(),
    incidents: [...verification.incidents, ...verification.faults],
    transcript: facts.transcripts.ndjson,
  }
}

/** The receipt, the state of the closing and the end of the ledger become true together, or not at all. */
async function finish(
  parts: SealingParts,
  room: RoomId,
  epoch: number | undefined,
  outcome: FinalClosing,
): Promise<boolean> {
  await insertKey(parts.sql, parts.signer.kid, JSON.stringify(parts.signer.publicJwk))
  crashPoint('sealing: key kept, receipt not')
  const isOurs = await inTransaction(parts.sql, async (trx) => {
    // An epoch that ended since is not in the receipt, even where the fence and, by another worker's hand, the state are the same again.
    if ((await lockLedger(trx, room))?.epoch !== epoch) return false
    if (!(await finishClosing(trx, room, outcome))) return false
    crashPoint('sealing: receipt kept, ledger not ended')
    await endLedger(trx, room)
    return true
  })
  if (!isOurs) return false
  parts.tally.closingEnded(outcome.state)
  parts.log.info({ room, state: outcome.state, lastSeq: outcome.fence.lastSeq }, 'the closing is final')
  return true
}

/** Another worker was first: its transcripts stay, ours go where they are other files. */
async function discardLost(parts: SealingParts, room: RoomId, ours: Transcripts): Promise<void> {
  const winner = (await closingOf(parts.sql, room))?.transcripts
  for (const [name, kept] of [
    [ours.ndjson.name, winner?.ndjson],
    [ours.html.name, winner?.html],
  ] as const) {
    if (kept !== undefined && kept !== name) await rm(join(parts.transcriptsFolder, name), { force: true })
  }
}

/**
 * Half a minute after the end a sweeper comes once more: servers may have borne witness until then, and who sealed the room
 * may have died before it could say so.
 */
async function settle(parts: SealingParts, room: RoomId): Promise<void> {
  await retireRoom(parts, room)
  await parts.rooms.sealed(room)
  crashPoint('sealing: looked after, not settled')
  await settleClosing(parts.sql, room)
}

/** Readers of a final room read MySQL alone: Redis lets go of it. Repeatable. */
async function retireRoom(parts: SealingParts, room: RoomId): Promise<void> {
  const row = await ledgerOf(parts.sql, room)
  if (row?.state !== 'closed') return
  await deleteWitnesses(parts.sql, room)
  crashPoint('sealing: witnesses gone, buffer not')
  const answer = await buffer.retire(parts.redis, room, { epoch: row.epoch, rememberSeconds: parts.rememberSeconds })
  if (answer !== 'ok') await buffer.forget(parts.redis, room)
}
