import test from 'ava'
import { ChunkedBody } from '../../bench/web/chunked-body.ts'

function inside(pieces: readonly Buffer[]): string {
  let text = ''
  const body = new ChunkedBody((bytes) => (text += bytes.toString('latin1')))
  for (const piece of pieces) body.read(piece)
  return text
}

const chunk = (text: string): string => `${Buffer.byteLength(text, 'latin1').toString(16)}\r\n${text}\r\n`

test('what is in chunks is read, wherever the network and those on the way have cut it', (t) => {
  const texts = ['a', 'an event\n\n', 'x'.repeat(5000), '\r\n7\r\n', 'the last']
  const body = Buffer.from(texts.map(chunk).join(''), 'latin1')
  t.is(inside([body]), texts.join(''))
  for (const size of [1, 2, 3, 7, 1000]) {
    const pieces = Array.from({ length: Math.ceil(body.length / size) }, (_, index) =>
      body.subarray(index * size, (index + 1) * size),
    )
    t.is(inside(pieces), texts.join(''), `in pieces of ${size}`)
  }
})

test('the end of a body, and what is no chunk, are errors', (t) => {
  t.throws(() => inside([Buffer.from(`${chunk('a')}0\r\n\r\n`)]), { message: /a stream ended/ })
  t.throws(() => inside([Buffer.from('data: x\n\n')]), { message: /no stream/ })
})
