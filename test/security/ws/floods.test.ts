import { existsSync } from 'node:fs'
import test from 'ava'
import { residentBytes } from '../../../proof/audit/probe.ts'
import { call, signUp } from '../../accounts/client.ts'
import type { Person } from '../../accounts/client.ts'
import { eventually } from '../../support/eventually.ts'
import { sharedBy } from '../../support/shared.ts'
import { stackOf } from '../../support/stack.ts'
import { frame, opcodes } from './frames.ts'
import { RawSocket } from './raw-socket.ts'

/** Much of what each connection must not send. The limits are those that people have. */
const stack = stackOf(test, { FRAMES_PER_SECOND: 10, FRAMES_BURST: 30, SOCKETS_PER_ACCOUNT: 200 })
const alice = sharedBy(test, 'alice', (): Promise<Person> => signUp(stack().serverAddress('server-1')))

const open = async (origin: string): Promise<RawSocket> => {
  const url = `${origin.replace('http', 'ws')}/v1/socket`
  const socket = await RawSocket.open(url, { Authorization: `Bearer ${alice().access}` })
  await eventually(() => socket.said.length > 0)
  return socket
}

const openSome = (origin: string): Promise<RawSocket[]> =>
  Promise.all(Array.from({ length: connections / 2 }, () => open(origin)))

const { text, continuation, ping } = opcodes
const mib = 1024 ** 2
const header = frame({ opcode: text, claims: BigInt(100 * mib) })
const begun = frame({ opcode: text, isLast: false })
const empty = frame({ opcode: continuation, isLast: false })

/** What each of many connections sends, over and over, and the code with which that ends. */
const floods: [what: string, sent: Buffer, code: number][] = [
  ['headers that claim 100 MiB, and some of it', Buffer.concat([header, Buffer.alloc(mib)]), 1009],
  ['a hundred thousand empty pieces', Buffer.concat([begun, ...Array.from({ length: 100_000 }, () => empty)]), 1008],
  [
    'text that is no UTF-8',
    Buffer.concat(Array.from({ length: 1000 }, () => frame({ opcode: text, payload: Buffer.of(0xff) }))),
    1007,
  ],
  [
    'pings',
    Buffer.concat(Array.from({ length: 10_000 }, () => frame({ opcode: ping, payload: 'x'.repeat(125) }))),
    4009,
  ],
  [
    'frames',
    Buffer.concat(Array.from({ length: 10_000 }, () => frame({ opcode: text, payload: '{"type":"ping","ref":1}' }))),
    4009,
  ],
  [
    'large frames',
    Buffer.concat(Array.from({ length: 200 }, () => frame({ opcode: text, payload: ' '.repeat(16_384) }))),
    4009,
  ],
]
const connections = 30
/** Far below what all of it is together, and above what a process that rests may need at the next moment. */
const mostGrowth = 150 * mib

const memory = (): number =>
  Math.max(...(['server-1', 'server-2'] as const).map((name) => residentBytes(stack().pidOf(name) ?? 0)))

for (const [what, sent, code] of floods) {
  test.serial(`${connections} connections that flood with ${what} end with ${code}, and cost no memory`, async (t) => {
    t.timeout(60_000)
    const before = memory()
    const [outside, inside] = [await openSome(stack().address), await openSome(stack().serverAddress('server-1'))]
    const sockets = [...outside, ...inside]
    for (const socket of sockets) void socket.sent(sent)
    const [codes, codesInside] = await Promise.all(
      [outside, inside].map((some) => Promise.all(some.map(({ ended }) => ended))),
    )
    const growth = memory() - before

    // A server hears out whom it sends away. Nginx does not: who is cut off in the middle of sending may never read why.
    t.deepEqual(new Set(codesInside), new Set([code]))
    t.deepEqual(
      codes?.filter((one) => one !== undefined && one !== code),
      [],
    )
    t.true(sockets.every(({ isOpen }) => !isOpen))
    t.is((await call(stack().address, 'GET /v1/me', { token: alice().access })).status, 200)
    if (existsSync('/proc/self/status')) t.true(growth < mostGrowth, `${Math.round(growth / mib)} MiB`)
    t.log(
      `${codes?.filter((one) => one === undefined).length} of ${outside.length} behind Nginx were cut off before they read the code`,
    )
    t.log(`${Math.round((sent.length * connections) / mib)} MiB sent, ${Math.round(growth / mib)} MiB grown`)
  })
}
