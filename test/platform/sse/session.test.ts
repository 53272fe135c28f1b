import test from 'ava'
import type { ExecutionContext } from 'ava'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { chunkOf } from '../../../src/platform/sse/chunk.ts'
import { SseSession } from '../../../src/platform/sse/session.ts'
import { eventually } from '../../support/eventually.ts'
import { listening } from '../../support/listening.ts'

interface Line {
  session: SseSession
  response: ServerResponse
  client: Socket
  /** What the client has read so far, after the headers. */
  heard: () => string
  closed: () => number
  cutOff: () => number
}

/** A session with a client on the other side of a real connection. */
async function open(t: ExecutionContext, options: { maxBytes?: number; version?: string } = {}): Promise<Line> {
  const server = createServer()
  const { port, close } = await listening(server)
  const client = connect(port, '127.0.0.1')
  t.teardown(() => {
    client.destroy()
    close()
  })
  client.on('error', () => undefined)
  let text = ''
  client.on('data', (bytes) => void (text += bytes.toString()))
  client.write(`GET / HTTP/${options.version ?? '1.1'}\r\nHost: here\r\n\r\n`)
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse]
  response.setHeader('connection', 'close')
  response.flushHeaders()
  let closed = 0
  let cutOff = 0
  const session = new SseSession({
    response,
    maxBytes: options.maxBytes ?? 65_536,
    onClose: () => void (closed += 1),
    onCutOff: () => void (cutOff += 1),
  })
  const heard = (): string => text.slice(text.indexOf('\r\n\r\n') + 4)
  return { session, response, client, heard, closed: () => closed, cutOff: () => cutOff }
}

const said = (text: string) => chunkOf([Buffer.from(text)])

test('what is written arrives as chunks, and the end is a clean one', async (t) => {
  const { session, client, heard, closed, cutOff } = await open(t)

  session.write(said('data: 1\n\n'))
  session.write(said('data: 2\n\n'))
  session.end()
  session.write(said('data: 3\n\n'))
  await once(client, 'close')

  t.is(heard(), '9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\n\r\n')
  t.is(closed(), 1)
  t.is(cutOff(), 0)
  t.false(session.isOpen)
})

test('a client of HTTP/1.0 is given the bytes without chunks', async (t) => {
  const { session, client, heard } = await open(t, { version: '1.0' })

  session.write(said('data: 1\n\n'))
  session.end()
  await once(client, 'close')

  t.is(heard(), 'data: 1\n\n')
})

test('a queue up to its bound is kept, one above it cuts the client off', async (t) => {
  const { session, response, client, cutOff } = await open(t, { maxBytes: 100_000 })
  client.pause()
  const filler = said('x'.repeat(50_000))

  while (session.isOpen && response.writableLength <= 100_000) {
    session.write(filler)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const held = response.writableLength
  t.true(session.isOpen, 'the write that crosses the bound is still taken')
  session.write(filler)

  t.false(session.isOpen)
  t.true(held > 100_000 && held < 160_000)
  session.cutOff()
  t.is(cutOff(), 1, 'once')
})

test('who takes nothing within their time is cut off, who does is waited for', async (t) => {
  const { session, response, client, cutOff } = await open(t, { maxBytes: 100_000_000 })
  client.pause()
  session.write(said('x'.repeat(20_000_000)))
  await eventually(() => response.writableLength > 0)

  const reading = session.caughtUp(10_000)
  client.resume()
  await reading
  t.true(session.isOpen)
  t.is(response.writableLength, 0)

  client.pause()
  session.write(said('x'.repeat(20_000_000)))
  await session.caughtUp(50)
  t.false(session.isOpen)
  t.is(cutOff(), 1)
})

test('a look now and then cuts off who has taken nothing since the last one', async (t) => {
  const { session, response, client, cutOff } = await open(t, { maxBytes: 100_000_000 })
  session.requireProgress()
  session.requireProgress()
  t.true(session.isOpen, 'there was nothing to take')

  client.pause()
  session.write(said('x'.repeat(20_000_000)))
  await eventually(() => response.writableLength > 0)
  session.requireProgress()
  t.true(session.isOpen)
  await new Promise((resolve) => setImmediate(resolve))
  session.requireProgress()

  t.false(session.isOpen)
  t.is(cutOff(), 1)
})
