import type { Socket } from 'node:net'
import { Sender, WebSocket } from 'ws'
import { codeIn, opcodes, recast } from '../frames.ts'
import type { FrameParts } from '../frames.ts'
import type { Client, Ended } from './client.ts'
import { Manners, payloadOf } from './manners.ts'

/** The most used one of Node. Our server stands on its other half. */
export const ws: Client = {
  name: 'ws',
  canRun: true,
  async open(door, hearing) {
    const socket = new WebSocket(door.url, [...door.protocols], {
      headers: door.headers,
      perMessageDeflate: door.isDeflateOffered === true,
    })
    const ended = new Promise<Ended>((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    socket.on('message', (data) => hearing.text(data.toString()))
    socket.on('pong', (payload) => hearing.pong?.(payload))
    const network = await new Promise<Socket>((resolve, reject) => {
      socket.once('upgrade', (answer) => socket.once('open', () => resolve(answer.socket)))
      socket.once('unexpected-response', (request, { statusCode }) => {
        request.destroy()
        reject(new Error(`refused: ${statusCode}`))
      })
      socket.once('error', reject)
    })
    socket.on('error', () => undefined)
    const manners = new Manners()
    return {
      protocol: socket.protocol,
      extensions: socket.extensions,
      ended,
      say(part) {
        if (Buffer.isBuffer(part)) return undefined
        if (manners.allow(part)) {
          sayItself(socket, part)
          manners.said(part)
          return 'itself'
        }
        network.write(recast(written(payloadOf(part)), part))
        return 'recast'
      },
      drop: () => socket.terminate(),
    }
  },
}

function sayItself(socket: WebSocket, parts: FrameParts): void {
  const payload = payloadOf(parts)
  switch (parts.opcode) {
    case opcodes.ping:
      return socket.ping(payload)
    case opcodes.pong:
      return socket.pong(payload)
    case opcodes.close:
      return payload.length === 0 ? socket.close() : socket.close(codeIn(payload), payload.subarray(2))
    default:
      socket.send(payload, { fin: parts.isLast !== false, binary: parts.opcode === opcodes.binary })
  }
}

function written(payload: Buffer): Buffer {
  const options = { opcode: opcodes.binary, fin: true, mask: true, readOnly: true, rsv1: false }
  return Buffer.concat(Sender.frame(payload, options))
}
