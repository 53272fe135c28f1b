import { createServer } from 'node:net'
import type { Socket } from 'node:net'

/**
 * The bound of any fan-out in Node: a net server that writes the same bytes to every socket in a loop. It answers the handshake with fixed words and takes
 * short masked frames, which is what the bench's clients send. It keeps nothing, checks nothing, knows no
 * rooms, no slow clients and no other server. What it writes has the length and the shape of an entry of Madang.
 */
const sockets = new Set<Socket>()
let seq = 0

const server = createServer((socket) => {
  let isGreeted = false
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on('close', () => sockets.delete(socket))
  socket.on('data', (bytes: Buffer) => {
    if (isGreeted) return hear(socket, bytes)
    isGreeted = true
    if (!bytes.includes('Upgrade: websocket'))
      return socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  })
})

/** Frames come whole: the bench's clients send few and short ones. */
function hear(socket: Socket, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    const short = (bytes[at + 1] ?? 0) & 0x7f
    const start = at + (short < 126 ? 6 : 8)
    const end = start + (short < 126 ? short : bytes.readUInt16BE(at + 2))
    answer(socket, bytes.toString('latin1', start, end))
    at = end
  }
}

function answer(socket: Socket, text: string): void {
  if (text.startsWith('{"type":"join"')) {
    sockets.add(socket)
    socket.write(frame('{"type":"joined"}'))
    return
  }
  const message = frame(entry(/"body":"([^"]*)"/.exec(text)?.[1] ?? ''))
  for (const each of sockets) each.write(message)
  socket.write(frame('{"type":"ack"}'))
}

function entry(body: string): string {
  seq += 1
  const at = new Date().toISOString()
  return JSON.stringify({
    type: 'message',
    room: '1',
    epoch: 1,
    seq,
    at,
    id: '0'.repeat(36),
    kind: 'text',
    from: 'madang_0',
    content: { body },
  })
}

function frame(text: string): Buffer {
  const payload = Buffer.from(text)
  const head =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255])
  return Buffer.concat([head, payload])
}

server.listen(Number(process.env['PORT']), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
