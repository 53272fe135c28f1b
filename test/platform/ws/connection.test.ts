import test from 'ava'
import { textFrame } from '../../../src/platform/ws/text-frame.ts'
import { frame as bytesOf, opcodes } from '../../security/ws/frames.ts'
import { RawSocket } from '../../security/ws/raw-socket.ts'
import { eventually } from '../../support/eventually.ts'
import { createPorch } from './porch.ts'
import { TestSocket } from './test-socket.ts'

const frameOf = (bytes: number): string => {
  const empty = JSON.stringify({ text: '' })
  return JSON.stringify({ text: 'x'.repeat(bytes - empty.length) })
}

test('a frame of 16 KiB is heard, one byte more closes with 1009', async (t) => {
  const porch = await createPorch(t)
  const { socket } = await porch.open()

  socket.say(frameOf(16_384))
  await socket.hears('the echo', (frame) => frame.type === 'echo')
  socket.say(frameOf(16_385))

  t.is((await socket.ended).code, 1009)
  t.is(porch.heard.length, 1)
})

test('binary frames close with 1003, text that is not UTF-8 with 1007', async (t) => {
  const porch = await createPorch(t)
  const binary = await porch.open()
  const broken = await porch.open()

  binary.socket.ws.send(Buffer.from('{}'), { binary: true })
  broken.socket.ws.send(Buffer.from([0xff, 0xfe]), { binary: false })

  t.is((await binary.socket.ended).code, 1003)
  t.is((await broken.socket.ended).code, 1007)
  t.is(porch.gateway.counts.closed.get('unsupportedFrame'), 1)
  t.is(porch.gateway.counts.closed.get('brokenFrame'), 1)
})

test('a message in 32 pieces is heard, one piece more closes with 1008', async (t) => {
  const porch = await createPorch(t)
  const { socket } = await porch.open()

  for (let piece = 0; piece < 31; piece += 1) socket.ws.send(piece === 0 ? '{}' : ' ', { fin: false })
  socket.ws.send(' ', { fin: true })
  await socket.hears('the echo', (frame) => frame.type === 'echo')
  for (let piece = 0; piece < 33; piece += 1) socket.ws.send(' ', { fin: false })

  t.is((await socket.ended).code, 1008)
  t.is(porch.heard.length, 1)
})

test('what is not JSON is answered as malformed, and the socket stays', async (t) => {
  const porch = await createPorch(t)
  const { socket, connection } = await porch.open()

  socket.say('{"type":')
  const error = await socket.hears('the error', (frame) => frame.type === 'error')

  t.is(error['code'], 'malformed')
  t.true(connection.isOpen)
  t.is(porch.heard.length, 0)
})

test('a client that answers pings stays, one that does not is cut off', async (t) => {
  const porch = await createPorch(t, { pingMs: 100, pongMs: 1500 })
  const headers = { authorization: 'Bearer alice' }
  const lively = await TestSocket.open(porch.url, { headers })
  const silent = await TestSocket.open(porch.url, { headers, autoPong: false })
  let pings = 0
  lively.ws.on('ping', () => (pings += 1))

  const end = await silent.ended

  t.true(end.code === 4002 || end.code === 1006)
  await eventually(() => pings > 15)
  t.is(lively.ws.readyState, lively.ws.OPEN)
  await eventually(() => porch.gateway.size === 1)
  t.is(porch.gateway.counts.closed.get('noPong'), 1)
  await lively.close()
})

/** Nothing comes back in the time of a test. */
const slowly = { framesPerSecond: 0.001, framesBurst: 5 }

test('frames up to the burst are served, the next is answered rate_limited with its ref', async (t) => {
  const porch = await createPorch(t, slowly)
  const { socket, connection } = await porch.open()

  for (let ref = 1; ref <= 6; ref += 1) socket.say({ ref })
  const error = await socket.hears('the error', (frame) => frame.type === 'error')

  t.is(error['code'], 'rate_limited')
  t.is(error['ref'], 6)
  t.true(Number(error['retryAfter']) >= 1)
  t.is(porch.heard.length, 5)
  t.true(connection.isOpen)
})

test('who goes on in spite of rate_limited is closed with 4009, and nobody else', async (t) => {
  const porch = await createPorch(t, slowly)
  const flood = await porch.open()
  const other = await porch.open()

  for (let ref = 1; ref <= 10; ref += 1) flood.socket.say({ ref })
  await flood.socket.hears('the last refusal', ({ type, ref }) => type === 'error' && ref === 10)
  t.true(flood.connection.isOpen)
  t.deepEqual(
    flood.socket.frames.map(({ type, code }) => code ?? type),
    [...Array<string>(5).fill('echo'), ...Array<string>(5).fill('rate_limited')],
  )
  flood.socket.say({ ref: 11 })

  t.deepEqual(await flood.socket.ended, { code: 4009, reason: 'rateLimited' })
  t.is(flood.socket.frames.length, 10)
  t.true(other.connection.isOpen)
  const { frames, framesRefused, closed } = porch.gateway.counts
  t.deepEqual([frames, framesRefused, closed.get('rateLimited')], [11, 6, 1])
})

test('protocol pings count as frames: one over is answered rate_limited, a flood of them ends with 4009', async (t) => {
  const porch = await createPorch(t, slowly)
  const { socket, connection } = await porch.open()
  let pongs = 0
  socket.ws.on('pong', () => (pongs += 1))

  for (let ping = 0; ping < 5; ping += 1) socket.ws.ping()
  await eventually(() => pongs === 5)
  t.deepEqual(socket.frames, [])
  for (let ping = 0; ping < 5; ping += 1) socket.ws.ping()
  await eventually(() => socket.frames.length === 5)
  t.true(socket.frames.every(({ type, code, ref }) => type === 'error' && code === 'rate_limited' && ref === undefined))
  t.true(connection.isOpen)
  socket.ws.ping()

  t.deepEqual(await socket.ended, { code: 4009, reason: 'rateLimited' })
})

test('pings that come all at once are answered up to the rate and end with its code, not in silence', async (t) => {
  const porch = await createPorch(t, { framesPerSecond: 0.001, framesBurst: 40 })
  const pings = (count: number): Buffer =>
    Buffer.concat(Array.from({ length: count }, () => bytesOf({ opcode: opcodes.ping, payload: 'x'.repeat(125) })))
  const [within, over] = [
    await RawSocket.open(porch.url, { Authorization: 'Bearer alice' }),
    await RawSocket.open(porch.url, { Authorization: 'Bearer alice' }),
  ]
  const pongsOf = (socket: RawSocket) => socket.frames.filter(({ opcode }) => opcode === opcodes.pong).length

  within.send(pings(80))
  over.send(pings(1000))

  await eventually(() => within.said.length === 40)
  t.is(pongsOf(within), 80)
  t.true(within.isOpen)
  t.is(await over.ended, 4009)
  t.deepEqual(
    over.said.map(({ code }) => code),
    Array<string>(40).fill('rate_limited'),
  )
  within.drop()
})

test('who asks for pongs within the rate and never reads one is cut off', async (t) => {
  const porch = await createPorch(t, { framesPerSecond: 1e9, framesBurst: 100 })
  const { socket } = await porch.open()
  const ping = Buffer.alloc(125, 0x20)
  socket.ws.pause()

  while (porch.connections.length > 0) {
    for (let sent = 0; sent < 50; sent += 1) socket.ws.ping(ping)
    await new Promise((resolve) => setImmediate(resolve))
  }

  socket.ws.resume()
  t.is((await socket.ended).code, 1006)
})

const chunk = Buffer.alloc(65_536, 0x20)

test('a client that does not read is closed with 4008, and its backlog stays bounded', async (t) => {
  const porch = await createPorch(t, { hardBytes: 1_048_576 })
  const slow = await porch.open()
  const other = await porch.open()
  const frame = textFrame(JSON.stringify({ type: 'long', text: chunk.toString() }))
  slow.socket.ws.pause()

  let written = 0
  while (slow.connection.isOpen && written < 5000) {
    slow.connection.write(frame)
    written += 1
    if (written % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
  }

  t.false(slow.connection.isOpen)
  t.true(written < 1000, `${written} frames were taken`)
  slow.socket.ws.resume()
  t.is((await slow.socket.ended).code, 4008)
  t.true(slow.socket.frames.length <= written)
  t.true(other.connection.isOpen)
  t.is(porch.gateway.counts.closed.get('slow'), 1)
})

test('more than the hard limit in one turn is nobody’s slowness: who reads gets it all', async (t) => {
  const porch = await createPorch(t, { softBytes: 1024, hardBytes: chunk.length })
  const { socket, connection } = await porch.open()
  const long = textFrame(JSON.stringify({ type: 'long', text: chunk.toString().slice(1000) }))
  const typing = textFrame(JSON.stringify({ type: 'typing' }))

  for (let sent = 0; sent < 5; sent += 1) {
    connection.write(long)
    connection.writeDroppable(typing)
  }
  connection.send({ type: 'last' })
  await socket.hears('the last one', ({ type }) => type === 'last')

  t.true(connection.isOpen)
  t.is(socket.ofType('long').length, 5)
  t.is(socket.ofType('typing').length, 5)
})

test('above the soft limit what is droppable is dropped, and the rest arrives whole', async (t) => {
  const porch = await createPorch(t, { softBytes: 1024, hardBytes: 1_073_741_824 })
  const { socket, connection } = await porch.open()
  const long = textFrame(JSON.stringify({ type: 'long', text: chunk.toString() }))
  const typing = textFrame(JSON.stringify({ type: 'typing' }))
  socket.ws.pause()

  for (let sent = 0; sent < 200; sent += 1) {
    connection.write(long)
    connection.writeDroppable(typing)
  }
  const caughtUp = connection.caughtUp()
  socket.ws.resume()
  await caughtUp
  connection.writeDroppable(textFrame(JSON.stringify({ type: 'typing', last: true })))
  await socket.hears('the last one', (frame) => frame['last'] === true)

  // Some go out before the network takes no more, and none from then on but the last.
  const told = socket.ofType('typing').length
  t.is(socket.ofType('long').length, 200)
  t.true(told < 190, `${told} were told`)
  t.is(told + porch.gateway.counts.framesDropped, 201)
})

for (const bytes of [0, 1, 125, 126, 65_535, 65_536, 200_000]) {
  test(`a text of ${bytes} bytes is framed as the standard says`, async (t) => {
    const porch = await createPorch(t)
    const { socket, connection } = await porch.open()
    const texts: string[] = []
    socket.ws.removeAllListeners('message')
    socket.ws.on('message', (data) => texts.push(data.toString()))

    connection.write(Buffer.concat([textFrame('가'.repeat(10)), textFrame(Buffer.alloc(bytes, 0x61)), textFrame('끝')]))

    await eventually(() => texts.at(-1) === '끝')
    t.deepEqual(
      texts.map((text) => text.length),
      [10, bytes, 1],
    )
  })
}
