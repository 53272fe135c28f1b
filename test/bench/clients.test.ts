import test from 'ava'
import { clientFrame } from '../../bench/clients/client-frame.ts'
import { dialects } from '../../bench/clients/dialects.ts'
import type { Dialect } from '../../bench/clients/dialects.ts'
import { FrameReader } from '../../bench/clients/frame-reader.ts'
import { Heard } from '../../bench/clients/heard.ts'
import { findMarker, microsIn, microsSince, orderIn, senderIn, writeMarker } from '../../bench/clients/marker.ts'
import { textFrame } from '../../src/platform/ws/text-frame.ts'

function readAll(chunks: readonly Buffer[]): { texts: string[]; pings: string[]; closes: number[] } {
  const read = { texts: [] as string[], pings: [] as string[], closes: [] as number[] }
  const reader = new FrameReader({
    text: (bytes, start, end) => void read.texts.push(bytes.toString('utf8', start, end)),
    ping: (payload) => void read.pings.push(payload.toString()),
    closed: (code) => void read.closes.push(code),
  })
  for (const chunk of chunks) reader.read(chunk)
  return read
}

test('frames of every length are read, however the network cut them', (t) => {
  const texts = ['', 'a', 'x'.repeat(125), 'y'.repeat(126), 'z'.repeat(70_000), '마당']
  const stream = Buffer.concat(texts.map((text) => textFrame(text)))
  t.deepEqual(readAll([stream]).texts, texts)
  for (const size of [1, 2, 3, 7, 1000]) {
    const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
      stream.subarray(index * size, (index + 1) * size),
    )
    t.deepEqual(readAll(chunks).texts, texts, `in pieces of ${size}`)
  }
})

test('pings and closes are told, and what nobody asked for is an error', (t) => {
  const close = Buffer.from([0x88, 2, 0x0f, 0xa4])
  const { pings, closes } = readAll([Buffer.concat([Buffer.from([0x89, 2]), Buffer.from('hi'), close])])
  t.deepEqual([pings, closes], [['hi'], [4004]])
  t.throws(() => readAll([Buffer.from([0xc1, 0])]), { message: /not a frame of ours/ })
  t.throws(() => readAll([Buffer.from([0x81, 0x80, 0, 0, 0, 0])]), { message: /not a frame of ours/ })
  t.throws(() => readAll([Buffer.from([0x82, 0])]), { message: /opcode 2/ })
})

test('a client frame is masked, with a mask that leaves its bytes alone', (t) => {
  t.deepEqual([...clientFrame('hi')], [0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69])
  const long = clientFrame('x'.repeat(200))
  t.deepEqual([long[1], long.readUInt16BE(2), long.length], [0xfe, 200, 208])
  t.throws(() => clientFrame('x'.repeat(70_000)))
})

test('a marker is found wherever it stands, and read back', (t) => {
  const text = Buffer.from(`{"from":"a~b","body":"${writeMarker(17, 42, 9_876_543_210)}xxx"} ~`)
  const start = text.indexOf('~0')
  for (const guess of [0, start, 5000]) {
    const marker = findMarker(text, 0, text.length, guess)
    t.is(marker, start)
    t.deepEqual([senderIn(text, marker), orderIn(text, marker), microsIn(text, marker)], [17, 42, 9_876_543_210])
  }
  t.is(findMarker(text, 0, start + 5, 0), -1)
  t.is(findMarker(text, start + 1, text.length, 0), -1)
  t.is(microsSince(9_999_999_990, 10), 20)
  t.throws(() => writeMarker(100_000, 0, 0))
})

test('who heard everything once and in order misses nothing', (t) => {
  const heard = new Heard(2)
  for (const number of [0, 1, 2]) heard.hear(1, number)
  t.is(heard.missing([0, 3]), 0)
  t.is(heard.missing([0, 5]), 2)
  t.is(heard.missing([1, 3]), 1)
  t.deepEqual([heard.count, heard.duplicates, heard.overtaken], [3, 0, 0])
})

test('what comes twice, and what comes before its turn, is counted and never taken for another', (t) => {
  const heard = new Heard(1)
  for (const number of [0, 2, 2, 3, 1, 1, 4]) heard.hear(0, number)
  t.deepEqual([heard.duplicates, heard.overtaken], [2, 2])
  t.is(heard.missing([5]), 0)
  t.is(heard.missing([6]), 1)
  const holed = new Heard(1)
  for (const number of [0, 2]) holed.hear(0, number)
  t.is(holed.missing([3]), 1)
  holed.giveUp([3])
  t.is(holed.missing([3]), 0)
  holed.hear(0, 3)
  t.is(holed.missing([4]), 0)
})

test('listeners that heard another order have another digest', (t) => {
  const orders = [
    [0, 1],
    [1, 0],
  ].map((senders) => {
    const heard = new Heard(2)
    for (const sender of senders) heard.hear(sender, 0)
    return heard.digest
  })
  t.not(orders[0], orders[1])
})

type Kind = ReturnType<Dialect['kindOf']>
const kinds: [dialect: keyof typeof dialects, text: string, kind: Kind][] = [
  ['madang', '{"type":"entry","room":"1"}', 'entry'],
  ['madang', '{"type":"ack","room":"1"}', 'ack'],
  ['madang', '{"type":"error","title":"x"}', 'error'],
  ['madang', '{"type":"epoch","room":"1"}', 'other'],
  ['madang', '{"type":"presence"}', 'other'],
  ['socket.io', '42["message",{}]', 'entry'],
  ['socket.io', '4317[{"id":1}]', 'ack'],
  ['socket.io', '2', 'alive'],
  ['socket.io', '44{"message":"no"}', 'error'],
  ['plain', '{"type":"message"}', 'entry'],
  ['plain', '{"type":"ack","ref":1}', 'ack'],
  ['plain', '{"type":"error"}', 'error'],
]

for (const [dialect, text, kind] of kinds) {
  test(`${dialect}: ${text} is ${kind}`, (t) => {
    const bytes = Buffer.from(`..${text}..`)
    t.is(dialects[dialect].kindOf(bytes, 2, bytes.length - 2), kind)
  })
}
