import { setTimeout as wait } from 'node:timers/promises'
import { formatPlace } from '../ledger/index.ts'
import type { Entry, Ledger, Place, ResumeAnswer } from '../ledger/index.ts'
import { chunksOf } from '../platform/chunks.ts'
import { Problem } from '../platform/errors.ts'
import type { RoomId } from '../platform/ids.ts'
import { epochFrame, pushFrame } from './entry-frame.ts'
import { RoomChannel } from './room.ts'
import type { RoomParts } from './room.ts'
import type { AnswerBody } from './server-frames.ts'
import type { Subscription } from './subscription.ts'

const slice = 100

type Pause = (ms: number) => Promise<unknown>

/** The rooms that somebody on this server listens to: one channel each, from the first subscription to the last. */
export class Channels {
  readonly #parts: RoomParts
  readonly #channels = new Map<RoomId, { channel: RoomChannel; started: Promise<void> }>()

  constructor(parts: RoomParts) {
    this.#parts = parts
  }

  get(room: RoomId): RoomChannel | undefined {
    return this.#channels.get(room)?.channel
  }

  /** From here on the subscription holds what the room tells. Rejects when the room cannot be followed now. */
  async attach(room: RoomId, subscription: Subscription): Promise<RoomChannel> {
    const { channel, started } = this.#channels.get(room) ?? this.#open(room)
    channel.add(subscription)
    try {
      await started
    } catch (error) {
      channel.remove(subscription)
      throw error
    }
    return channel
  }

  close(): void {
    for (const { channel } of this.#channels.values()) channel.stop()
  }

  #open(room: RoomId): { channel: RoomChannel; started: Promise<void> } {
    const channel = new RoomChannel(this.#parts, room, () => this.#channels.delete(room))
    const opened = { channel, started: channel.start() }
    this.#channels.set(room, opened)
    return opened
  }
}

/**
 * Tells a client what it missed since `after`, then releases what was held. Nothing is missed and nothing comes twice: the
 * subscription was listening before the end of the range was read. False if the subscription ended meanwhile.
 */
export async function catchUp(
  ledger: Pick<Ledger, 'resume'>,
  channel: RoomChannel,
  subscription: Subscription,
  resume: { after: Place | undefined; answer: (answer: AnswerBody) => void; pause?: Pause },
): Promise<boolean> {
  const { last, storedSeq, missed } = await missedSince(ledger, channel, resume)
  if (subscription.isEnded) return false
  if (missed.keptUpTo !== undefined)
    subscription.connection.write(epochFrame(channel.room, last.epoch, missed.keptUpTo))
  if (missed.type === 'gap') subscription.connection.write(gapFrame(channel.room, missed))
  const entries = missed.type === 'entries' ? missed.entries : []
  await replay(channel, subscription, entries)
  const after = resume.after ?? last
  const from = Math.min(after.seq, missed.keptUpTo?.seq ?? after.seq, last.seq)
  const toldSeq = missed.type === 'gap' ? last.seq : (entries.at(-1)?.seq ?? from)
  return subscription.release({ epoch: last.epoch, seq: toldSeq }, () => {
    resume.answer({
      type: 'subscribed',
      room: String(channel.room),
      epoch: last.epoch,
      head: last.seq,
      recovered: missed.type === 'entries',
      from: formatPlace({ epoch: last.epoch, seq: from }),
      to: formatPlace(last),
      ...(missed.keptUpTo === undefined ? {} : { keptUpTo: formatPlace(missed.keptUpTo) }),
      stored: storedSeq,
    })
  })
}

interface Missed {
  /** Up to where the room has told, and was stored. */
  last: Place
  storedSeq: number
  missed: Exclude<ResumeAnswer, { type: 'superseded' }>
}

/** Tries to find the room and the ledger in one epoch, and what each waits longer than the last: some seconds in all. */
const epochTries = 12
const epochWaitMs = 50

/** Error: `unavailable`, when an epoch has begun and the room does not hear of it for long. */
async function missedSince(
  ledger: Pick<Ledger, 'resume'>,
  channel: RoomChannel,
  { after: since, pause = wait }: { after: Place | undefined; pause?: Pause },
): Promise<Missed> {
  for (let attempt = 1; attempt <= epochTries; attempt += 1) {
    const { last, storedSeq } = channel.follow
    const after = since ?? last
    const recent = after.epoch === last.epoch ? channel.follow.recent(after.seq) : undefined
    if (recent !== undefined)
      return { last, storedSeq, missed: { type: 'entries', entries: recent, keptUpTo: undefined } }
    const missed = await ledger.resume(channel.room, after, last)
    if (missed.type !== 'superseded') return { last, storedSeq, missed }
    await pause(epochWaitMs * attempt)
  }
  throw new Problem('unavailable', { retryAfter: 1 })
}

/** In slices that wait for the client, so that a long absence does not make it a slow reader. */
async function replay(channel: RoomChannel, subscription: Subscription, entries: readonly Entry[]): Promise<void> {
  for (const some of chunksOf(entries, slice)) {
    const frames = await channel.framesOf(some)
    // Who is put out meanwhile, or subscribes anew, hears nothing of this any more.
    if (subscription.isEnded) return
    subscription.connection.write(Buffer.concat(frames.map((frame) => frame.bytes)))
    await subscription.connection.caughtUp()
  }
}

function gapFrame(room: RoomId, gap: { from: Place; to: Place }): Buffer {
  return pushFrame({ type: 'gap', room: String(room), from: formatPlace(gap.from), to: formatPlace(gap.to) })
}
