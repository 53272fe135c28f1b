import { setImmediate as endOfTurn } from 'node:timers/promises'
import { clientFrame } from '../../bench/clients/client-frame.ts'
import { median } from '../../bench/ratios.ts'
import { createFrameReader } from '../../src/chat/frames.ts'
import { Names } from '../../src/chat/names.ts'
import { Sends } from '../../src/chat/sends.ts'
import { ChatSocket } from '../../src/chat/socket.ts'
import type { SocketParts } from '../../src/chat/socket.ts'
import { SpeechRates } from '../../src/chat/speech-rates.ts'
import type { AppendOutcome } from '../../src/ledger/index.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import { createLog } from '../../src/platform/log.ts'
import { Metrics } from '../../src/platform/metrics.ts'
import { TakingStream, connect } from './taking-streams.ts'

/**
 * A program that says, as one line of JSON, how many bytes of heap a server allocates for an ordinary line from its frame to its acknowledgement,
 * and how many of them stay while the ledger has it. To be run with a young generation that holds a whole round.
 */

const speakers = 200
const linesAtOnce = 5
const saidBefore = 60
const rounds = 5
const log = createLog({ level: 'silent', service: 'test' })

const streams = Array.from({ length: speakers }, () => new TakingStream())
const frames = Buffer.concat(Array.from({ length: linesAtOnce }, (_, nth) => clientFrame(lineOf(nth))))
let settle: ((outcome: AppendOutcome) => void)[] = []

function lineOf(nth: number): string {
  const id = `0190b5a0-0000-7000-8000-${String(nth).padStart(12, '0')}`
  return JSON.stringify({ type: 'send', ref: `${nth}`, room: '1', id, body: `message ${nth} of some words` })
}

const parts = {
  ledger: { append: () => new Promise<AppendOutcome>((resolve) => settle.push(resolve)) },
  rooms: { known: (id: RoomId) => ({ id, kind: 'hosted', mentor: 7 }) },
  names: new Names({ profiles: async () => new Map(), log }),
  rates: new SpeechRates(1e9),
  sends: new Sends(new Metrics(), () => true),
  readFrame: createFrameReader({ messageMaxBytes: 1000 }),
  log,
} as unknown as SocketParts

function say(): void {
  for (const stream of streams) stream.push(frames)
  if (settle.length !== speakers * linesAtOnce) throw new Error('not all were handed over')
}

/** Resolves when all have their acknowledgement. */
async function acknowledge(): Promise<void> {
  const taken = streams.map((stream) => stream.taken)
  const waiting = settle
  settle = []
  waiting.forEach((resolve, nth) =>
    resolve({
      type: 'kept',
      place: { epoch: 1, seq: nth },
      at: 1_700_000_000_000,
      isDuplicate: false,
      kept: 'buffered',
    }),
  )
  await endOfTurn()
  await endOfTurn()
  if (streams.some((stream, nth) => stream.taken !== taken[nth]! + linesAtOnce)) throw new Error('not one answer each')
}

await connect(streams, (connection) => new ChatSocket(parts, connection))
for (const stream of streams) stream.push(frames)
await endOfTurn()
await acknowledge()
for (let round = 0; round < saidBefore; round += 1) {
  say()
  await acknowledge()
}
const allocated: number[] = []
const alive: number[] = []
for (let round = 0; round < rounds; round += 1) {
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  say()
  const said = process.memoryUsage().heapUsed
  globalThis.gc?.()
  const waiting = process.memoryUsage().heapUsed
  await acknowledge()
  const told = process.memoryUsage().heapUsed
  allocated.push((said - before + told - waiting) / (speakers * linesAtOnce))
  alive.push((waiting - before) / (speakers * linesAtOnce))
}
console.log(JSON.stringify({ allocated: median(allocated), alive: median(alive) }))
process.exit(0)
