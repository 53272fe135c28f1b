import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { codeIn, headerOf, opcodes } from '../frames.ts'
import type { FrameParts } from '../frames.ts'
import type { Client, Ended, Hearing } from './client.ts'
import { Manners, payloadOf, textOf } from './manners.ts'

/** A line of the program: `on` is the number of the connection. */
interface Told {
  on: number
  event: 'open' | 'refused' | 'text' | 'pong' | 'ended'
  protocol?: string
  extensions?: string[]
  status?: number
  text?: string
  /** In base64. */
  payload?: string
  code?: number
  reason?: string
}

interface Line {
  opened: PromiseWithResolvers<Told>
  ended: PromiseWithResolvers<Ended>
  hearing: Hearing
}

/** wsproto, in Python: one program for all connections of a test file, led by lines of JSON. */
class WsprotoProgram {
  readonly #child: ChildProcess
  readonly #lines = new Map<number, Line>()

  constructor() {
    const file = path.join(import.meta.dirname, 'wsproto_client.py')
    this.#child = spawn(String(process.env['WSPROTO_PYTHON']), [file], {
      env: { PYTHONPATH: process.env['WSPROTO_MODULES'], PYTHONDONTWRITEBYTECODE: '1', PATH: process.env['PATH'] },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdin?.on('error', () => undefined)
    this.#child.on('close', () => {
      for (const { opened, ended } of this.#lines.values()) {
        opened.reject(new Error('the program has ended'))
        ended.resolve({ code: 1006, reason: 'the program has ended' })
      }
    })
    if (this.#child.stdout) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(JSON.parse(line) as Told))
    }
  }

  open(opening: object, hearing: Hearing): { on: number; line: Line } {
    const on = this.#lines.size
    const line = { opened: Promise.withResolvers<Told>(), ended: Promise.withResolvers<Ended>(), hearing }
    this.#lines.set(on, line)
    this.say({ on, do: 'open', ...opening })
    return { on, line }
  }

  say(command: object): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`)
  }

  end(): void {
    this.#child.kill('SIGKILL')
  }

  #hear({ on, event, ...told }: Told): void {
    const line = this.#lines.get(on)
    if (line === undefined) return
    const { code = 1006, reason = '', payload = '' } = told
    if (event === 'open') line.opened.resolve({ on, event, ...told })
    else if (event === 'refused') line.opened.reject(new Error(`refused: ${told.status}`))
    else if (event === 'text') line.hearing.text(told.text ?? '')
    else if (event === 'pong') line.hearing.pong?.(Buffer.from(payload, 'base64'))
    else line.ended.resolve({ code, reason })
  }
}

let program: WsprotoProgram | undefined

export const wsproto: Client = {
  name: 'wsproto in Python',
  canRun: Boolean(process.env['WSPROTO_PYTHON']),
  async open(door, hearing) {
    const { hostname, port, pathname } = new URL(door.url)
    const running = (program ??= new WsprotoProgram())
    const address = { host: hostname, port: Number(port), target: pathname, protocols: door.protocols }
    const offer = { headers: Object.entries(door.headers), deflate: door.isDeflateOffered === true }
    const { on, line } = running.open({ ...address, ...offer }, hearing)
    const { protocol = '', extensions = [] } = await line.opened.promise
    const manners = new Manners()
    return {
      protocol,
      extensions: extensions.join(', '),
      ended: line.ended.promise,
      say(part) {
        if (Buffer.isBuffer(part)) return undefined
        const event = manners.allow(part) ? eventOf(part, manners.message) : undefined
        if (event !== undefined) {
          running.say({ on, ...event })
          manners.said(part)
          return 'itself'
        }
        running.say({ on, do: 'recast', ...recastOf(part) })
        return 'recast'
      },
      drop: () => running.say({ on, do: 'drop' }),
    }
  },
  end() {
    program?.end()
    program = undefined
  },
}

/** Its texts are strings: pieces that end within a character are none of its events. */
function eventOf(parts: FrameParts, message: 'text' | 'binary' | undefined): object | undefined {
  const { opcode, isLast = true } = parts
  const bytes = payloadOf(parts)
  const payload = bytes.toString('base64')
  if (opcode === opcodes.ping) return { do: 'ping', payload }
  if (opcode === opcodes.pong) return { do: 'pong', payload }
  if (opcode === opcodes.close) return { do: 'close', code: codeIn(bytes), reason: bytes.toString('utf8', 2) }
  if (opcode === opcodes.binary || message === 'binary') return { do: 'bytes', payload, last: isLast }
  const text = textOf(bytes)
  return text === undefined ? undefined : { do: 'text', text, last: isLast }
}

function recastOf(part: FrameParts): object {
  const payload = payloadOf(part).toString('base64')
  return { header: headerOf(part).toString('base64'), payload, masked: part.isMasked !== false }
}
