import { randomUUIDv7 } from 'node:crypto'
import { hashOf } from '../../src/ledger/entry.ts'
import type { Entry, NewEntry } from '../../src/ledger/index.ts'
import type { AccountId } from '../../src/platform/ids.ts'

const words = 'the room was full and nobody knew who had spoken first so they asked the ledger'.split(' ')

/** What people say: 20 to 120 bytes of text, the same for every contestant. Ids are new, as a client makes them. */
export function* lines(speakers: readonly AccountId[], count: number): Generator<NewEntry> {
  for (let n = 0; n < count; n += 1) {
    const sender = speakers[n % speakers.length]
    if (sender === undefined) throw new Error('a line needs a speaker')
    yield {
      sender,
      id: randomUUIDv7(),
      kind: 'text',
      payload: Buffer.from(JSON.stringify({ body: bodyOf(n) })),
      takes: 'turn',
    }
  }
}

/** The same as entries that happened, one a millisecond. */
export function entriesOf(speakers: readonly AccountId[], count: number): Entry[] {
  const began = Date.now()
  return [...lines(speakers, count)].map(({ sender, id, kind, payload }, index) => ({
    ...{ epoch: 1, seq: index + 1, at: began + index, sender, id, kind, payload, hash: hashOf(payload) },
    ...{ target: undefined, erases: false },
  }))
}

function bodyOf(n: number): string {
  const length = 4 + ((n * 7) % 17)
  return Array.from({ length }, (_, index) => words[(n + index * 5) % words.length]).join(' ')
}
