import { setTimeout as wait } from 'node:timers/promises'
import { formatPlace } from '../ledger/index.ts'
import type { Entry, Ledger, Place } from '../ledger/index.ts'
import { Problem } from '../platform/errors.ts'
import type { RoomId } from '../platform/ids.ts'
import { epochFrame, pushFrame } from './entry-frame.ts'
import type { EntryFrames } from './entry-frame.ts'
import { Replay } from './replays.ts'
import { RoomChannel } from './room.ts'
import type { RoomParts } from './room.ts'
import type { AnswerBody } from './server-frames.ts'
import type { Subscription } from './subscription.ts'

type Pause = (ms: number) => Promise<unknown>

/** The rooms that somebody on this server listens to: one channel each, from the first subscription to the last. */
export class Channels {
  readonly #parts: RoomParts
  readonly #channels = new Map<RoomId, { channel: RoomChannel; started: Promise<void> }>()

  constructor(parts: RoomParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#channels.size
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

interface Resume {
  /** Where the client is; undefined when it begins. */
  after: Place | undefined
  answer: (answer: AnswerBody) => void
  pause?: Pause
}

/** Tries to find the room and the ledger in one epoch, and what each waits longer than the last: some seconds in all. */
const epochTries = 12
const epochWaitMs = 50

/**
 * Tells a client what it missed since `after`, then releases what was held. Nothing is missed and nothing comes twice: the
 * subscription was listening before the end of the range was known. False if the subscription ended meanwhile.
 * Error: `unavailable`, when an epoch has begun and the room does not hear of it for long.
 */
export async function catchUp(
  ledger: Pick<Ledger, 'resume'>,
  channel: RoomChannel,
  subscription: Subscription,
  resume: Resume,
): Promise<boolean> {
  const { pause = wait } = resume
  for (let attempt = 1; attempt <= epochTries; attempt += 1) {
    const { last, storedSeq } = channel.follow
    const after = resume.after ?? last
    const told = await channel.replays.share(
      `${formatPlace(after)} ${formatPlace(last)}`,
      () => replayOf(ledger, channel, after, last),
      async (replay) => replay && tellMissed(channel, subscription, replay, { ...resume, after, last, storedSeq }),
    )
    if (told !== undefined) return told
    await pause(epochWaitMs * attempt)
  }
  throw new Problem('unavailable', { retryAfter: 1 })
}

/** Undefined when the epochs of the two do not agree yet. */
async function replayOf(
  ledger: Pick<Ledger, 'resume'>,
  channel: RoomChannel,
  after: Place,
  last: Place,
): Promise<Replay | undefined> {
  const framesOf = (entries: readonly Entry[]): Promise<EntryFrames> => channel.framesOf(entries)
  const recent = after.epoch === last.epoch ? channel.follow.recent(after.seq) : undefined
  if (recent !== undefined) return new Replay({ type: 'entries', entries: recent, keptUpTo: undefined }, framesOf)
  const missed = await ledger.resume(channel.room, after, last)
  return missed.type === 'superseded' ? undefined : new Replay(missed, framesOf)
}

async function tellMissed(
  channel: RoomChannel,
  subscription: Subscription,
  replay: Replay,
  { after, last, storedSeq, answer }: Resume & { after: Place; last: Place; storedSeq: number },
): Promise<boolean> {
  const { missed } = replay
  if (subscription.isEnded) return false
  if (missed.keptUpTo !== undefined)
    subscription.connection.write(epochFrame(channel.room, last.epoch, missed.keptUpTo))
  if (missed.type === 'gap') subscription.connection.write(gapFrame(channel.room, missed))
  await tellSlices(subscription, replay)
  const from = Math.min(after.seq, missed.keptUpTo?.seq ?? after.seq, last.seq)
  const toldSeq = missed.type === 'gap' ? last.seq : (missed.entries.at(-1)?.seq ?? from)
  return subscription.release({ epoch: last.epoch, seq: toldSeq }, () => {
    answer({
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

/** In slices that wait for the client, so that a long absence does not make it a slow reader. */
async function tellSlices(subscription: Subscription, replay: Replay): Promise<void> {
  for (let index = 0; index < replay.sliceCount; index += 1) {
    const bytes = await replay.bytesOf(index)
    // Who is put out meanwhile, or subscribes anew, hears nothing of this any more.
    if (subscription.isEnded) return
    subscription.connection.write(bytes)
    await subscription.connection.caughtUp()
  }
}

function gapFrame(room: RoomId, gap: { from: Place; to: Place }): Buffer {
  return pushFrame({ type: 'gap', room: String(room), from: formatPlace(gap.from), to: formatPlace(gap.to) })
}
