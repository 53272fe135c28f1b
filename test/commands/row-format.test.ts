import test from 'ava'
import * as fc from 'fast-check'
import { seeded } from '../support/seeded.ts'
import { decodeRow, encodeRow, linesOf } from '../../src/commands/backup/row-format.ts'

const value = fc.option(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    // Mostly of what has to be written in another way.
    fc
      .string({ unit: fc.constantFrom('\\', 'N', '\t', '\n', '\0', '0', 'n', 't', '\r', '가') })
      .map((text) => Buffer.from(text)),
  ),
)

test('whatever stands in a row, its line is one line and gives it back', (t) => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), (row) => {
      const line = encodeRow(row)
      t.is(line.indexOf('\n'), line.length - 1)
      const back = decodeRow(line.slice(0, -1)).map((field) => (field === null ? null : Buffer.from(field, 'latin1')))
      t.deepEqual(back, row)
    }),
    seeded(500),
  )
})

test('NULL is none of the texts that look like it', (t) => {
  t.is(encodeRow([null, Buffer.from('\\N'), Buffer.from('NULL'), Buffer.alloc(0)]), '\\N\t\\\\N\tNULL\t\n')
})

test('a line that no backup has written is refused', (t) => {
  t.throws(() => decodeRow('a\\xb'), { message: /not a row/ })
  t.throws(() => decodeRow('a\\'), { message: /not a row/ })
})

test('lines come whole whatever pieces they come in, and an end without its line feed is seen', async (t) => {
  const read = async (...pieces: string[]): Promise<string[]> => {
    const lines: string[] = []
    for await (const some of linesOf(piecesOf(pieces))) lines.push(...some)
    return lines
  }

  t.deepEqual(await read('on', 'e\ntw', 'o\n', '', '\n'), ['one', 'two', ''])
  t.deepEqual(await read(), [])
  await t.throwsAsync(read('one\ntw'), { message: /in the middle/ })
})

async function* piecesOf(pieces: string[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece)
}
