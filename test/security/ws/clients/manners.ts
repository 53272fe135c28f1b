import { codeIn, opcodes } from '../frames.ts'
import type { FrameParts } from '../frames.ts'

const { continuation, text, binary, ping, pong, close } = opcodes
const mostOfControl = 125

/**
 * What a client that keeps to RFC 6455 may say next, by what it has said itself. Only that is asked of what a client offers to
 * everybody: how it defends itself against its own user is not what is tried here.
 */
export class Manners {
  /** Of the message that it is in the middle of. */
  message: 'text' | 'binary' | undefined
  #isClosing = false

  /** Whether this is a frame that it may send now. */
  allow(parts: FrameParts): boolean {
    if (this.#isClosing) return false
    const { opcode, isLast = true, reserved = 0, isMasked = true, claims, lengthBytes } = parts
    if (reserved !== 0 || !isMasked || claims !== undefined || lengthBytes !== undefined) return false
    if (opcode === text || opcode === binary) return this.message === undefined
    if (opcode === continuation) return this.message !== undefined
    const payload = payloadOf(parts)
    if (!isLast || payload.length > mostOfControl) return false
    return opcode === ping || opcode === pong || (opcode === close && mayClose(payload))
  }

  said({ opcode, isLast = true }: FrameParts): void {
    if (opcode === close) this.#isClosing = true
    if (opcode === text) this.message = 'text'
    if (opcode === binary) this.message = 'binary'
    if (isLast && (opcode === text || opcode === binary || opcode === continuation)) this.message = undefined
  }
}

export function payloadOf({ payload = '' }: FrameParts): Buffer {
  return Buffer.from(payload)
}

/** The text of these bytes; undefined when they are none. */
export function textOf(payload: Buffer): string | undefined {
  const read = payload.toString()
  return Buffer.from(read).equals(payload) ? read : undefined
}

function mayClose(payload: Buffer): boolean {
  if (payload.length === 0) return true
  const code = codeIn(payload)
  if (code === undefined || textOf(payload.subarray(2)) === undefined) return false
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999)
}
