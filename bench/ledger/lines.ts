import { randomUUIDv7 } from 'node:crypto'
import type { NewEntry } from '../../src/ledger/index.ts'
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

function bodyOf(n: number): string {
  const length = 4 + ((n * 7) % 17)
  return Array.from({ length }, (_, index) => words[(n + index * 5) % words.length]).join(' ')
}
