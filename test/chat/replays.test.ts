import test from 'ava'
import { Replay, Replays } from '../../src/chat/replays.ts'
import type { Entry } from '../../src/ledger/index.ts'

const entries = Array.from({ length: 250 }, (_, index) => ({ epoch: 1, seq: index + 1 }) as Entry)
const missed = { type: 'entries' as const, entries, keptUpTo: undefined }

/** Frames that say their seq, and how many were made. */
function framing() {
  const made = { frames: 0 }
  const framesOf = async (some: readonly Entry[]) => {
    made.frames += some.length
    return { seqs: [], ends: [], bytes: Buffer.from(some.map(({ seq }) => `${seq} `).join('')) }
  }
  return { made, framesOf }
}

test('what many missed alike is read once and framed once while they are told, and anew for who comes later', async (t) => {
  const { made, framesOf } = framing()
  const replays = new Replays()
  let reads = 0
  const read = async (): Promise<Replay> => {
    reads += 1
    return new Replay(missed, framesOf)
  }
  const tell = async (replay: Replay | undefined): Promise<string> => {
    let text = ''
    for (let index = 0; index < (replay?.sliceCount ?? 0); index += 1) text += String(await replay?.bytesOf(index))
    return text
  }

  const told = await Promise.all(Array.from({ length: 100 }, () => replays.share('1:0 1:250', read, tell)))
  const [readsAtOnce, framesAtOnce] = [reads, made.frames]
  const later = await replays.share('1:0 1:250', read, tell)

  t.is(readsAtOnce, 1)
  t.is(framesAtOnce, 250)
  t.is(reads, 2)
  t.deepEqual([...new Set([...told, later])], [entries.map(({ seq }) => `${seq} `).join('')])
})

test('what could not be read or named for some is tried again for the next', async (t) => {
  const replays = new Replays()
  const away = async (): Promise<Replay> => {
    throw new Error('Redis is away')
  }
  const unnamed = async (): Promise<Replay> =>
    new Replay(missed, async () => {
      throw new Error('MySQL is away')
    })
  const use = async (replay: Replay | undefined) => replay?.bytesOf(0)

  const failed = await Promise.allSettled([1, 2].map(() => replays.share('range', away, use)))
  await t.throwsAsync(replays.share('range', unnamed, use), { message: 'MySQL is away' })
  const bytes = await replays.share('range', async () => new Replay(missed, framing().framesOf), use)

  t.deepEqual(
    failed.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  t.true(String(bytes).startsWith('1 2 3 '))
})
