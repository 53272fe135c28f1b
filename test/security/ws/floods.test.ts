import { existsSync } from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import { freePort } from '../../../tools/ports.ts'
import { call, signUp } from '../../accounts/client.ts'
import type { Person } from '../../accounts/client.ts'
import { eventually } from '../../support/eventually.ts'
import { sharedBy } from '../../support/shared.ts'
import { peakBytes } from '../../support/memory.ts'
import { Part } from '../../support/part.ts'
import { stackOf } from '../../support/stack.ts'
import { frame, opcodes } from './frames.ts'
import { RawSocket } from './raw-socket.ts'

/** Much of what each connection must not send. The limits are those that people have. A small heap is tidied up before it looks like a hoard. */
const limits = {
  ...{ FRAMES_PER_SECOND: 10, FRAMES_BURST: 30, SOCKETS_PER_ACCOUNT: 200 },
  NODE_OPTIONS: '--max-old-space-size=128',
}
const stack = stackOf(test, limits)
const alice = sharedBy(test, 'alice', (): Promise<Person> => signUp(stack().serverAddress('server-1')))

const open = async (origin: string): Promise<RawSocket> => {
  const url = `${origin.replace('http', 'ws')}/v1/socket`
  const socket = await RawSocket.open(url, { Authorization: `Bearer ${alice().access}` })
  await eventually(() => socket.said.length > 0)
  return socket
}

const openSome = (origin: string, count: number): Promise<RawSocket[]> =>
  Promise.all(Array.from({ length: count }, () => open(origin)))

const { text, continuation, ping } = opcodes
const mib = 1024 ** 2
const many = (count: number, one: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => one))
const header = frame({ opcode: text, claims: BigInt(100 * mib) })
const begun = frame({ opcode: text, isLast: false })
const empty = frame({ opcode: continuation, isLast: false })

/** What each of many connections sends, over and over, and the code with which that ends. */
const floods: [what: string, sent: Buffer, code: number][] = [
  ['headers that claim 100 MiB, and some of it', Buffer.concat([header, Buffer.alloc(mib)]), 1009],
  ['a hundred thousand empty pieces', Buffer.concat([begun, many(100_000, empty)]), 1008],
  ['text that is no UTF-8', many(1000, frame({ opcode: text, payload: Buffer.of(0xff) })), 1007],
  ['pings', many(10_000, frame({ opcode: ping, payload: 'x'.repeat(125) })), 4009],
  ['frames', many(10_000, frame({ opcode: text, payload: '{"type":"ping","ref":1}' })), 4009],
  ['large frames', many(200, frame({ opcode: text, payload: ' '.repeat(16_384) })), 4009],
]
/** At a time. */
const connections = 30
const half = connections / 2
const mostGrowth = 350 * mib
/** What one server is sent of each, by as many connections as that takes: were it kept, nobody could overlook it. */
const enough = 3 * mostGrowth

interface Flooded {
  codes: (number | undefined)[]
  /** Bytes that the network took. */
  taken: number
}

/** Until it is closed. In between it reads: who only writes while the network takes all at once never learns why it is cut off. */
async function flood(socket: RawSocket, sent: Buffer): Promise<number> {
  let taken = 0
  while (socket.isOpen) {
    await socket.sent(sent)
    taken += sent.length
    await setImmediate()
  }
  return taken
}

/** Half of the connections at a time, and again as soon as all of them are closed. */
async function floodAll(origin: string, sent: Buffer, isOver: (taken: number) => boolean): Promise<Flooded> {
  const flooded: Flooded = { codes: [], taken: 0 }
  while (!isOver(flooded.taken)) {
    const sockets = await openSome(origin, half)
    const taken = await Promise.all(sockets.map((socket) => flood(socket, sent)))
    flooded.codes.push(...(await Promise.all(sockets.map(({ ended }) => ended))))
    flooded.taken += taken.reduce((sum, one) => sum + one, 0)
  }
  return flooded
}

/** The most that either server ever had. */
const peak = (): number =>
  Math.max(...(['server-1', 'server-2'] as const).map((name) => peakBytes(stack().pidOf(name) ?? 0) ?? 0))

/** All floods together may take no more than that over what the servers had before the first of them. */
const atRest = sharedBy(test, 'the servers at rest', async () => peak())

for (const [what, sent, code] of floods) {
  test.serial(`${connections} connections that flood with ${what} end with ${code}, and cost no memory`, async (t) => {
    t.timeout(240_000)
    const isOver = (taken: number): boolean => taken >= enough
    const [outside, inside] = await Promise.all([
      floodAll(stack().address, sent, isOver),
      floodAll(stack().serverAddress('server-1'), sent, isOver),
    ])
    const growth = peak() - atRest()

    // A server hears out whom it sends away. Nginx does not: who is cut off in the middle of sending may never read why.
    t.deepEqual(new Set(inside.codes), new Set([code]))
    const cutOff = outside.codes.filter((one) => one === undefined).length
    t.deepEqual(
      outside.codes.filter((one) => one !== undefined && one !== code),
      [],
    )
    t.is((await call(stack().address, 'GET /v1/me', { token: alice().access })).status, 200)
    t.true(growth < mostGrowth, `${Math.round(growth / mib)} MiB`)
    t.log(`${cutOff} of ${outside.codes.length} behind Nginx were cut off before they read the code`)
    t.log(`${inMib(inside.taken)} and ${inMib(outside.taken)} sent, ${inMib(growth)} more at the most`)
  })

  const measured = existsSync('/proc/self/status') ? test.serial : test.serial.skip
  measured(`a server that keeps what it is sent is found out by ${what}`, async (t) => {
    t.timeout(240_000)
    const hoarder = await startHoarder()
    t.teardown(() => hoarder.end('SIGKILL'))
    const before = peakBytes(hoarder.pid ?? 0) ?? 0
    const growth = (): number => (peakBytes(hoarder.pid ?? 0) ?? 0) - before

    const isOver = (taken: number): boolean => taken >= enough || growth() > mostGrowth
    const { taken } = await floodAll(`http://${hoarder.host}`, sent, isOver)

    t.true(growth() > mostGrowth, `${inMib(taken)} sent, ${inMib(growth())} more`)
  })
}

const inMib = (bytes: number): string => `${Math.round(bytes / mib)} MiB`

/** A third server beside those of the stack. */
async function startHoarder(): Promise<Part> {
  const port = await freePort()
  const own = { HOST: '127.0.0.1', PORT: String(port), SERVER_NAME: 'hoarder' }
  const asText = Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, String(value)]))
  const preload = path.join(import.meta.dirname, 'hoarder.ts')
  const hoarder = new Part('src/server.ts', port, { ...stack().world.env, ...asText, ...own }, { preload })
  await hoarder.start()
  await hoarder.ready()
  return hoarder
}
