import { connect } from 'node:net'
import websocketDriver from 'websocket-driver'
import type { Driver } from 'websocket-driver'
import { codeIn, opcodes, recast } from '../frames.ts'
import type { FrameParts } from '../frames.ts'
import type { Client, Ended } from './client.ts'
import { Manners, payloadOf, textOf } from './manners.ts'

/** faye's websocket-driver: a parser without a socket of its own, whose bytes pass through our hands. It sends no pieces by itself. */
export const faye: Client = {
  name: 'websocket-driver of faye',
  canRun: true,
  async open(door, hearing) {
    const driver = websocketDriver.client(door.url, { protocols: door.protocols })
    for (const [name, value] of Object.entries(door.headers)) driver.setHeader(name, value)
    const { hostname, port } = new URL(door.url)
    const socket = connect(Number(port), hostname)
    let change: FrameParts | undefined
    socket.on('error', () => undefined)
    socket.pipe(driver.io)
    driver.io.on('data', (written: Buffer) => {
      if (!socket.writableEnded) socket.write(change === undefined ? written : recast(written, change))
    })
    driver.io.on('end', () => socket.end())
    driver.messages.on('data', (text: unknown) => hearing.text(String(text)))
    driver.on('pong', ({ data }: { data: string }) => hearing.pong?.(Buffer.from(data)))
    const ended = new Promise<Ended>((resolve) => {
      driver.on('close', ({ code, reason }: Ended) => resolve({ code, reason }))
      socket.on('close', () => resolve({ code: 1006, reason: '' }))
    })
    await new Promise<void>((resolve, reject) => {
      driver.on('open', () => resolve())
      driver.on('error', (error: Error) => reject(new Error(`refused: ${/\d{3}/.exec(error.message)?.[0]}`)))
      socket.on('connect', () => driver.start())
    })
    const manners = new Manners()
    return {
      protocol: driver.protocol ?? '',
      extensions: '',
      ended,
      say(part) {
        if (Buffer.isBuffer(part)) return undefined
        if (manners.allow(part) && sayItself(driver, part)) {
          manners.said(part)
          return 'itself'
        }
        change = part
        driver.frame(payloadOf(part), 'ping')
        change = undefined
        return 'recast'
      },
      drop: () => socket.destroy(),
    }
  },
}

function sayItself(driver: Driver, parts: FrameParts): boolean {
  const payload = payloadOf(parts)
  if (parts.isLast === false) return false
  if (parts.opcode === opcodes.binary) return driver.binary(payload)
  const text = textOf(payload)
  if (parts.opcode === opcodes.close) {
    const code = codeIn(payload)
    return code !== undefined && driver.close(payload.toString('utf8', 2), code)
  }
  if (text === undefined) return false
  if (parts.opcode === opcodes.text) return driver.text(text)
  return parts.opcode === opcodes.ping ? driver.ping(text) : driver.pong(text)
}
