import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import websocketDriver from 'websocket-driver'
import { WebSocket as WsWebSocket } from 'ws'
import type { Door, Ended, ForeignSocket, Hearing } from './foreign.ts'

/** Four implementations of RFC 6455 by four hands: each is a client of our server, and none knows anything of it. */

const pongWithinMs = 10_000

/** The most used one of Node. Our server stands on its other half. */
export async function openWs(door: Door, hear: Hearing): Promise<ForeignSocket> {
  const ws = new WsWebSocket(door.url, [...door.protocols], {
    headers: door.headers,
    perMessageDeflate: door.isDeflateOffered === true,
  })
  const ended = new Promise<Ended>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  ws.on('message', (data) => hear(data.toString()))
  await new Promise<void>((resolve, reject) => {
    ws.once('open', () => resolve())
    ws.once('unexpected-response', (request, { statusCode }) => {
      request.destroy()
      reject(new Error(`refused: ${statusCode}`))
    })
    ws.once('error', reject)
  })
  ws.on('error', () => undefined)
  return {
    protocol: ws.protocol,
    extensions: ws.extensions,
    ended,
    text: (text) => ws.send(text),
    pieces(pieces) {
      for (const [place, piece] of pieces.entries()) {
        const isLast = place === pieces.length - 1
        ws.send(piece, { fin: isLast, binary: false })
        if (!isLast) ws.ping(`between ${place}`)
      }
    },
    async ping(payload) {
      ws.ping(payload)
      const [answer] = (await once(ws, 'pong', { signal: AbortSignal.timeout(pongWithinMs) })) as [Buffer]
      if (answer.toString() !== payload) throw new Error(`a pong for ${answer.toString()}`)
    },
    close: (code, reason) => ws.close(code, reason),
    drop: () => ws.terminate(),
  }
}

/** undici, which is the WebSocket of Node itself; it is a browser's, and can do what those can. It always offers deflate. */
export async function openUndici(door: Door, hear: Hearing): Promise<ForeignSocket> {
  // `headers` is undici's own.
  const options = { protocols: [...door.protocols], headers: door.headers } as unknown as string[]
  const socket = new WebSocket(door.url, options)
  const ended = new Promise<Ended>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }))
  })
  socket.addEventListener('message', ({ data }) => hear(String(data)))
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', () => reject(new Error('refused')))
  })
  return {
    protocol: socket.protocol,
    extensions: socket.extensions,
    ended,
    text: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    drop: () => socket.close(),
  }
}

/** faye's websocket-driver: a parser without a socket of its own. */
export async function openFaye(door: Door, hear: Hearing): Promise<ForeignSocket> {
  const driver = websocketDriver.client(door.url, { protocols: door.protocols })
  for (const [name, value] of Object.entries(door.headers)) driver.setHeader(name, value)
  const { hostname, port } = new URL(door.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.pipe(driver.io).pipe(socket)
  driver.messages.on('data', (text: unknown) => hear(String(text)))
  const ended = new Promise<Ended>((resolve) => {
    driver.on('close', ({ code, reason }: Ended) => resolve({ code, reason }))
    socket.on('close', () => resolve({ code: 1006, reason: '' }))
  })
  await new Promise<void>((resolve, reject) => {
    driver.on('open', () => resolve())
    driver.on('error', (error: Error) => reject(new Error(`refused: ${/\d{3}/.exec(error.message)?.[0]}`)))
    socket.on('connect', () => driver.start())
  })
  return {
    protocol: driver.protocol ?? '',
    extensions: '',
    ended,
    text: (text) => driver.text(text),
    ping: (payload) =>
      new Promise((resolve, reject) => {
        const deadline = setTimeout(() => reject(new Error('no pong')), pongWithinMs)
        driver.ping(payload, () => {
          clearTimeout(deadline)
          resolve()
        })
      }),
    close: (code, reason) => driver.close(reason, code),
    drop: () => socket.destroy(),
  }
}

interface Told {
  event: 'open' | 'refused' | 'text' | 'pong' | 'ended' | 'error'
  protocol?: string
  extensions?: string[]
  status?: number
  text?: string
  payload?: string
  code?: number
  reason?: string
}

/** wsproto, in Python. */
export async function openWsproto(door: Door, hear: Hearing): Promise<ForeignSocket> {
  const { hostname, port, pathname } = new URL(door.url)
  const child = spawn(String(process.env['WSPROTO_PYTHON']), [path.join(import.meta.dirname, 'wsproto_client.py')], {
    env: { PYTHONPATH: process.env['WSPROTO_MODULES'], PYTHONDONTWRITEBYTECODE: '1', PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.on('error', () => undefined)
  const say = (command: object): void => void child.stdin.write(`${JSON.stringify(command)}\n`)
  const pongs = new Map<string, () => void>()
  const opened = Promise.withResolvers<Told>()
  const end = Promise.withResolvers<Ended>()
  child.on('close', () => {
    opened.reject(new Error('refused'))
    end.resolve({ code: 1006, reason: '' })
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    const told = JSON.parse(line) as Told
    const { code = 1006, reason = '' } = told
    if (told.event === 'open') opened.resolve(told)
    else if (told.event === 'refused') opened.reject(new Error(`refused: ${told.status}`))
    else if (told.event === 'text') hear(told.text ?? '')
    else if (told.event === 'pong') pongs.get(told.payload ?? '')?.()
    else if (told.event === 'ended') end.resolve({ code, reason })
  })
  say({
    ...{ host: hostname, port: Number(port), target: pathname, protocols: door.protocols },
    ...{ headers: Object.entries(door.headers), deflate: door.isDeflateOffered === true },
  })
  try {
    const { protocol = '', extensions = [] } = await opened.promise
    return {
      protocol,
      extensions: extensions.join(', '),
      ended: end.promise,
      text: (text) => say({ do: 'text', text }),
      pieces: (pieces) => say({ do: 'pieces', pieces }),
      ping: (payload) =>
        new Promise((resolve, reject) => {
          const deadline = setTimeout(() => reject(new Error('no pong')), pongWithinMs)
          pongs.set(payload, () => {
            clearTimeout(deadline)
            resolve()
          })
          say({ do: 'ping', payload })
        }),
      close: (code, reason) => say({ do: 'close', code, reason }),
      drop: () => void child.kill('SIGKILL'),
    }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}
