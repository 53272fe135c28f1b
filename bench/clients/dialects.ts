import type { SocketPlan } from './plan.ts'

/** How a contestant is spoken to. All cost this client the same: one text frame a message, nothing parsed. */
export interface Dialect {
  path: string
  headers(socket: SocketPlan): readonly string[]
  /** What is said first, and what follows on each text of the server, until the room is entered. */
  enter(socket: SocketPlan, heard: string | undefined): { say?: string; isIn?: boolean }
  /** The message with this number of its sender: `id` is a UUIDv7. */
  message(socket: SocketPlan, number: number, id: string, body: string): string
  /** What a text of the server is. */
  kindOf(bytes: Buffer, start: number, end: number): 'entry' | 'ack' | 'alive' | 'error' | 'other'
}

export type DialectName = keyof typeof dialects

const code = (letter: string): number => letter.charCodeAt(0)
/** Of `{"type":"`. */
const typeAt = 9

const madang: Dialect = {
  path: '/v1/socket',
  headers: ({ token }) => ['Sec-WebSocket-Protocol: madang.v1', `Authorization: Bearer ${token}`],
  enter({ room }, heard) {
    if (heard?.startsWith('{"type":"hello"')) return { say: JSON.stringify({ type: 'subscribe', ref: 0, room }) }
    if (heard?.startsWith('{"type":"error"')) throw new Error(heard)
    return { isIn: heard?.startsWith('{"type":"subscribed"') ?? false }
  },
  message: ({ room }, number, id, body) =>
    `{"type":"send","ref":${number},"room":"${room}","id":"${id}","body":"${body}"}`,
  kindOf(bytes, start) {
    switch (bytes[start + typeAt]) {
      case code('a'):
        return 'ack'
      case code('e'):
        return bytes[start + typeAt + 1] === code('n') ? 'entry' : isError(bytes, start) ? 'error' : 'other'
      default:
        return 'other'
    }
  },
}

/** Engine.IO 4 over a WebSocket from the beginning, Socket.IO 5 above it, as its clients speak it with `transports: ['websocket']`. */
const socketIo: Dialect = {
  path: '/v1/socket?EIO=4&transport=websocket',
  headers: () => [],
  enter({ room }, heard) {
    if (heard?.startsWith('0')) return { say: '40' }
    if (heard?.startsWith('40')) return { say: `420["join",${JSON.stringify(room)}]` }
    if (heard?.startsWith('44')) throw new Error(heard)
    return { isIn: heard?.startsWith('430') ?? false }
  },
  message: ({ room }, number, _id, body) => `42${number}["send",${JSON.stringify(room)},"${body}"]`,
  kindOf(bytes, start, end) {
    if (end - start === 1 && bytes[start] === code('2')) return 'alive'
    if (bytes[start] !== code('4')) return 'other'
    switch (bytes[start + 1]) {
      case code('2'):
        return 'entry'
      case code('3'):
        return 'ack'
      case code('4'):
        return 'error'
      default:
        return 'other'
    }
  },
}

const plain: Dialect = {
  path: '/v1/socket',
  headers: () => [],
  enter({ room }, heard) {
    if (heard === undefined) return { say: JSON.stringify({ type: 'join', room }) }
    return { isIn: heard.startsWith('{"type":"joined"') }
  },
  message: ({ room }, number, _id, body) => `{"type":"send","ref":${number},"room":"${room}","body":"${body}"}`,
  kindOf(bytes, start) {
    switch (bytes[start + typeAt]) {
      case code('m'):
        return 'entry'
      case code('a'):
        return 'ack'
      case code('e'):
        return 'error'
      default:
        return 'other'
    }
  },
}

export const dialects = { madang, 'socket.io': socketIo, plain } as const satisfies Record<string, Dialect>

function isError(bytes: Buffer, start: number): boolean {
  return bytes[start + typeAt + 1] === code('r')
}
