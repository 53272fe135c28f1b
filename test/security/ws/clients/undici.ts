import { codeIn, opcodes } from '../frames.ts'
import type { FrameParts } from '../frames.ts'
import type { Client, Ended } from './client.ts'
import { Manners, payloadOf, textOf } from './manners.ts'

/**
 * undici, which is the WebSocket of Node itself; it is a browser's, and can do what those can: whole messages, and a close with a code
 * of one's own. Its bytes are in nobody's reach. It always offers deflate.
 */
export const undici: Client = {
  name: 'undici',
  canRun: true,
  async open(door, hearing) {
    // `headers` is undici's own.
    const options = { protocols: [...door.protocols], headers: door.headers } as unknown as string[]
    const socket = new WebSocket(door.url, options)
    const ended = new Promise<Ended>((resolve) => {
      socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }))
    })
    socket.addEventListener('message', ({ data }) => hearing.text(String(data)))
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error('refused')))
    })
    const manners = new Manners()
    return {
      protocol: socket.protocol,
      extensions: socket.extensions,
      ended,
      say(part) {
        if (Buffer.isBuffer(part) || !manners.allow(part) || !sayItself(socket, part)) return undefined
        manners.said(part)
        return 'itself'
      },
      drop: () => socket.close(),
    }
  },
}

function sayItself(socket: WebSocket, parts: FrameParts): boolean {
  const payload = payloadOf(parts)
  if (parts.isLast === false) return false
  if (parts.opcode === opcodes.text) {
    const text = textOf(payload)
    if (text === undefined) return false
    socket.send(text)
    return true
  }
  if (parts.opcode === opcodes.binary) {
    socket.send(new Uint8Array(payload))
    return true
  }
  return parts.opcode === opcodes.close && closes(socket, payload)
}

/** A page may name 1000 and what lies above 3000. */
function closes(socket: WebSocket, payload: Buffer): boolean {
  const code = codeIn(payload)
  if (code !== undefined && code !== 1000 && code < 3000) return false
  if (code === undefined) socket.close()
  else socket.close(code, payload.toString('utf8', 2))
  return true
}
