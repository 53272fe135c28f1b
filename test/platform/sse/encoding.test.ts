import test from 'ava'
import { EventSource } from 'eventsource'
import * as fc from 'fast-check'
import { chunkOf } from '../../../src/platform/sse/chunk.ts'
import { comment, encodeEvent, encodeId, encodeRetry } from '../../../src/platform/sse/encoding.ts'
import { seeded } from '../../support/seeded.ts'

interface Heard {
  data: string
  id: string
}

/** What an EventSource makes of these bytes, cut into pieces of this size. */
async function heardIn(bytes: Buffer, pieceBytes: number): Promise<Heard[]> {
  const heard: Heard[] = []
  const pieces: Buffer[] = []
  for (let from = 0; from < bytes.length; from += pieceBytes) pieces.push(bytes.subarray(from, from + pieceBytes))
  const source = new EventSource('http://127.0.0.1/', {
    fetch: async () => new Response(ReadableStream.from(pieces), { headers: { 'content-type': 'text/event-stream' } }),
  })
  const keep = (event: MessageEvent): void => void heard.push({ data: String(event.data), id: event.lastEventId })
  for (const name of ['post.created', 'message', 'ready']) source.addEventListener(name, keep)
  await new Promise((resolve) => source.addEventListener('error', resolve, { once: true }))
  source.close()
  return heard
}

const hostile = fc.string({
  unit: fc.constantFrom(
    '\r',
    '\n',
    '\r\n',
    '\u2028',
    '\u2029',
    '\0',
    '\uFEFF',
    ':',
    ' ',
    'id: 9',
    'data',
    'event: x',
    '한',
    'a',
  ),
})
const text = fc.oneof(fc.string({ unit: 'binary' }), hostile)

test('any text is exactly one event, wherever the bytes are cut', async (t) => {
  const property = fc.asyncProperty(
    fc.array(text, { maxLength: 5 }),
    fc.integer({ min: 1, max: 40 }),
    async (texts, cut) => {
      const events = texts.map((data, index) => encodeEvent({ event: 'post.created', id: String(index), data }))
      const heard = await heardIn(Buffer.concat([encodeRetry(10), comment, ...events]), cut)
      const expected = texts.map((data, index) => ({
        data: data.toWellFormed().replaceAll(/\r\n?/g, '\n'),
        id: String(index),
      }))
      return JSON.stringify(heard) === JSON.stringify(expected)
    },
  )

  await t.notThrowsAsync(fc.assert(property, seeded(300)))
})

test('a JSON document comes back as it was, whatever stands in it', async (t) => {
  const property = fc.asyncProperty(
    fc.oneof(
      fc.json(),
      text.map((body) => JSON.stringify({ body })),
    ),
    async (data) => {
      const [heard, ...more] = await heardIn(encodeEvent({ event: 'post.created', id: '7', data }), 1000)
      return heard?.data === data && more.length === 0
    },
  )

  await t.notThrowsAsync(fc.assert(property, seeded(200)))
})

test('names and ids that could begin another line are refused', (t) => {
  for (const event of ['', 'Post.created', 'a\nb', 'a b', 'post.', '.post', 'a\u2028b', 'post..created', 'a:b']) {
    t.throws(() => encodeEvent({ event, data: '' }), undefined, JSON.stringify(event))
  }
  for (const id of ['', '1\n', '-1', '1 ', ' 1', 'x', '१', '1'.repeat(21)]) {
    t.throws(() => encodeEvent({ event: 'ready', id, data: '' }), undefined, JSON.stringify(id))
    t.throws(() => encodeId(id), undefined, JSON.stringify(id))
  }
  t.notThrows(() => encodeEvent({ event: 'room_state.changed', id: '1'.repeat(20), data: '' }))
})

test('an id alone moves the place of return and fires nothing', async (t) => {
  const bytes = Buffer.concat([encodeId('41'), comment, encodeEvent({ event: 'ready', data: '{}' })])

  t.deepEqual(await heardIn(bytes, 7), [{ data: '{}', id: '41' }])
})

test('a chunk frames its bytes, and there is none without bytes', (t) => {
  const { framed, body } = chunkOf([Buffer.from('안녕'), Buffer.from('하세요')])

  t.is(body.toString(), '안녕하세요')
  t.is(framed.toString(), 'f\r\n안녕하세요\r\n')
  t.throws(() => chunkOf([]))
  t.throws(() => chunkOf([Buffer.alloc(0)]))
})
