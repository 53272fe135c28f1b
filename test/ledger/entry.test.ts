import test from 'ava'
import { decodeEntries, decodeEntry, encodeEntry, hashOf, systemSender } from '../../src/ledger/entry.ts'
import type { NewEntry } from '../../src/ledger/entry.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { alice } from '../support/ledger.ts'

const place = { epoch: 4_294_967_295, seq: 999_999_999_999_999, at: 1_700_000_000_000 }

/** As append.lua writes it. */
function stored(entry: NewEntry): Buffer {
  return Buffer.concat([Buffer.from(`${place.epoch}|${place.seq}|${place.at}|`), encodeEntry(entry).form])
}

const said = (payload: string, more: Partial<NewEntry> = {}): NewEntry => ({
  ...{ sender: alice, id: '0190b5a0-0000-7000-8000-000000000001', kind: 'text', payload: Buffer.from(payload) },
  ...more,
})

const entries: Record<string, NewEntry> = {
  'a line': said('{"body":"안녕 | 하세요 || 😀"}'),
  'a payload that looks like a header': said('1|2|3|4|5|6|7|8|9'),
  'an empty payload': said(''),
  'an amendment': said('{"emoji":"🎉"}', { kind: 'react', target: { epoch: 7, seq: 12 } }),
  'one that erases': said('{}', { kind: 'delete', target: { epoch: 1, seq: 1 }, erases: true }),
  'of the last account there can be': said('{}', { sender: Number.MAX_SAFE_INTEGER as AccountId }),
  'of the system': said('{}', { sender: systemSender, id: '!join:7:3', kind: 'join' }),
}

for (const [what, entry] of Object.entries(entries)) {
  test(`what is stored is read as it was: ${what}`, (t) => {
    const { sender, id, kind, target, erases = false, payload } = entry

    const read = decodeEntry(stored(entry))

    t.deepEqual(read, { ...place, sender, id, kind, target, erases, hash: hashOf(payload), payload })
    t.is(encodeEntry(entry).chained, `${sender}|${id}|${kind}|${hashOf(payload)}`)
  })
}

test('entries that are published together are read one by one', (t) => {
  const lines = Object.values(entries).map(stored)

  t.deepEqual(decodeEntries(Buffer.from(lines.map(String).join('\n'))), lines.map(decodeEntry))
  t.deepEqual(decodeEntries(lines[0]!), [decodeEntry(lines[0]!)])
})

test('what breaks off within the header is no entry, alone or among others', (t) => {
  const whole = stored(said('{}'))
  const header = whole.subarray(0, whole.lastIndexOf('|'))

  for (let length = 0; length <= header.length; length += 1) {
    t.throws(() => decodeEntry(header.subarray(0, length)), { message: 'not the stored form of an entry' })
  }
  const among = Buffer.concat([header, Buffer.from('\n'), whole])
  t.throws(() => decodeEntries(among), { message: 'not the stored form of an entry' })
})

test('what is no number in a header is none', (t) => {
  const damaged = Buffer.from(stored(said('{}')))
  damaged[0] = 0x2d

  t.is(decodeEntry(damaged).epoch, Number.NaN)
  t.is(decodeEntry(damaged).seq, place.seq)
  const { epoch, seq, at, sender } = decodeEntry(Buffer.from(`||||a|text||${hashOf(Buffer.alloc(0))}|`))
  t.deepEqual([epoch, seq, at, sender], Array(4).fill(Number.NaN))
})
