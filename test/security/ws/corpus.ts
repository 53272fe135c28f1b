import type { Part } from './clients/client.ts'
import { closing, opcodes } from './frames.ts'
import type { FrameParts } from './frames.ts'

/**
 * Exchanges of RFC 6455: what is said, and the one answer to it, whoever says it. Those without a code leave the connection open;
 * the others end it, and of what follows the frame that ends it nothing is answered.
 */
export interface Exchange {
  what: string
  says: readonly Part[]
  /** What the server says: `pong` with its ref for a request, `error` with its code. */
  hears: readonly string[]
  /** What its pongs carry. */
  pongs: readonly string[]
  /** With which the server closes. */
  code?: number
}

const { continuation, text, binary, ping, pong, close } = opcodes
const request = '{"type":"ping","ref":"안녕 👋"}'
const answered = 'pong 안녕 👋'
const mostBytes = 16_384
const mostFragments = 32

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const start = (payload: Buffer | string, opcode: number = text): FrameParts => ({ opcode, payload, isLast: false })
const middle = (payload: Buffer | string): FrameParts => start(payload, continuation)
const last = (payload: Buffer | string): FrameParts => ({ opcode: continuation, payload })
const whole = (payload: Buffer | string): FrameParts => ({ opcode: text, payload })
const padded = (bytes: number): string => request.slice(0, -1) + ' '.repeat(bytes - Buffer.byteLength(request)) + '}'

export const wholeRequest = whole(request)

function inPieces(payload: string, sizes: readonly number[]): Buffer[] {
  const bytes = Buffer.from(payload)
  const ends = sizes.map((_, place) => sizes.slice(0, place + 1).reduce((sum, size) => sum + size, 0))
  return [...ends, bytes.length].map((end, place) => bytes.subarray(ends[place - 1] ?? 0, end))
}

/** In the middle of the first syllable and of the emoji. */
const [one, two, three] = inPieces(request, [22, 10]) as [Buffer, Buffer, Buffer]

const understands = (what: string, ...says: readonly FrameParts[]): Exchange => {
  const pongs = says.filter(({ opcode }) => opcode === ping).map(({ payload = '' }) => payload.toString())
  return { what, says, hears: [answered], pongs }
}

export const understood: readonly Exchange[] = [
  understands('a whole message', wholeRequest),
  understands('a message in three pieces, cut within characters', start(one), middle(two), last(three)),
  understands('a message in two pieces, cut between characters', start('{"type":"ping","ref":"안'), last('녕 👋"}')),
  understands(
    'control frames between the pieces',
    ...[start(one), { opcode: ping, payload: 'a' }, middle(two), { opcode: pong }, { opcode: ping }, last(three)],
  ),
  understands('pieces without content', start(''), middle(''), middle(request), middle(''), last('')),
  understands(
    'as many pieces as there may be',
    ...[start(request), ...Array.from({ length: mostFragments - 2 }, () => middle('')), last('')],
  ),
  ...[125, 126, 127, mostBytes - 1, mostBytes].map((bytes) =>
    understands(`a message of ${bytes} bytes`, whole(padded(bytes))),
  ),
  understands(
    'the largest message in two pieces',
    start(padded(mostBytes).slice(0, 9)),
    last(padded(mostBytes).slice(9)),
  ),
  understands(
    'pings in their order, of every size',
    ...['', 'x', '안녕', 'x'.repeat(124), 'x'.repeat(125)].map((payload) => ({ opcode: ping, payload })),
    wholeRequest,
  ),
  understands('a pong that nobody asked for', { opcode: pong, payload: 'x'.repeat(125) }, wholeRequest),
  understands('a pong that says nothing', { opcode: pong }, wholeRequest),
  understands('a length in two bytes that needs none', { ...wholeRequest, lengthBytes: 2 }),
  understands('a length in eight bytes that needs none', { ...wholeRequest, lengthBytes: 8 }),
  { what: 'a message of no bytes', says: [whole(''), wholeRequest], hears: ['error malformed', answered], pongs: [] },
  {
    what: 'a message of one byte',
    says: [whole('{'), wholeRequest],
    hears: ['error malformed', answered],
    pongs: [],
  },
  {
    what: 'two messages, the first in pieces',
    says: [start(one), middle(two), last(three), wholeRequest],
    hears: [answered, answered],
    pongs: [],
  },
]

/** The request behind it is not answered either. */
const refuses = (code: number, what: string, ...says: readonly Part[]): Exchange => {
  return { what, says: [...says, wholeRequest], hears: [], pongs: [], code }
}

const allReserved = [0x40, 0x20, 0x10, 0x70]
const unknownOpcodes = [3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf]
const impossibleCodes = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]
const badUtf8 = {
  'a byte that never stands in UTF-8': 'ff',
  'a continuation alone': '80',
  'an overlong slash': 'c0 af',
  'an overlong NUL': 'e0 80 80',
  'half a surrogate pair': 'ed a0 80',
  'both halves of a pair, each for itself': 'ed a0 bd ed b8 80',
  'a code point beyond the last': 'f4 90 80 80',
  'a syllable without its end': 'ec 95',
  'five bytes of one character': 'f8 88 80 80 80',
}

export const refused: readonly Exchange[] = [
  refuses(1002, 'a frame without a mask', { ...wholeRequest, isMasked: false }),
  refuses(1002, 'a ping without a mask', { opcode: ping, isMasked: false }),
  ...allReserved.map((reserved) =>
    refuses(1002, `reserved bits 0x${reserved.toString(16)}`, { ...wholeRequest, reserved }),
  ),
  refuses(1002, 'a reserved bit of a ping', { opcode: ping, reserved: 0x40 }),
  ...unknownOpcodes.map((opcode) => refuses(1002, `opcode ${opcode}`, { opcode, payload: request })),
  refuses(1002, 'the end of a message that never began', last(request)),
  refuses(1002, 'a middle without a beginning', middle(request)),
  refuses(1002, 'a message within a message', start(one), wholeRequest),
  refuses(1002, 'a beginning within a message', start(one), start(two)),
  refuses(1002, 'a ping in pieces', { opcode: ping, payload: 'a', isLast: false }),
  refuses(1002, 'a close in pieces', { opcode: close, isLast: false }),
  refuses(1002, 'a ping of 126 bytes', { opcode: ping, payload: 'x'.repeat(126) }),
  refuses(1002, 'a close of one byte', { opcode: close, payload: 'x' }),
  refuses(1002, 'a close with a reason of 124 bytes', closing(1000, 'x'.repeat(124))),
  ...impossibleCodes.map((code) => refuses(1002, `the close code ${code}`, closing(code))),
  refuses(1007, 'a close whose reason is not UTF-8', closing(1000, hex('ff fe'))),
  ...Object.entries(badUtf8).map(([what, bytes]) =>
    refuses(1007, `a text with ${what}`, whole(Buffer.concat([Buffer.from('{"a":"'), hex(bytes), Buffer.from('"}')]))),
  ),
  refuses(1007, 'a character that breaks off at the end of pieces', start('{"a":"'), last(hex('ec 95'))),
  refuses(1003, 'bytes that are no text', { opcode: binary, payload: request }),
  refuses(1003, 'bytes that are no text, in pieces', start(one, binary), last(two)),
  ...[mostBytes + 1, 65_535, 65_536].map((bytes) => refuses(1009, `a message of ${bytes} bytes`, whole(padded(bytes)))),
  refuses(1009, 'one byte too many in pieces', start(padded(mostBytes)), last(' ')),
  ...[BigInt(mostBytes + 1), 65_536n, 104_857_600n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n].map((claims) =>
    refuses(1009, `a header that claims ${claims} bytes`, { opcode: text, claims }),
  ),
  refuses(1008, 'one piece too many', start(''), ...Array.from({ length: mostFragments }, () => middle(''))),
  refuses(1008, 'a thousand pieces', start(''), ...Array.from({ length: 1000 }, () => middle(''))),
  refuses(1002, 'a request of HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')),
  refuses(1002, 'a greeting of TLS', hex('16 03 01 02 00 01 00 01 fc 03 03')),
]

/** A close that is right is answered with its own code. */
const leaves = (code: number, what: string, says: FrameParts): Exchange => {
  return { what, says: [says], hears: [], pongs: [], code }
}

export const closed: readonly Exchange[] = [
  ...[1000, 1001, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999].map((code) =>
    leaves(code, `to leave with ${code}`, closing(code, '안녕히 계세요')),
  ),
  leaves(1000, 'to leave without a reason', closing(1000)),
  leaves(1000, 'to leave with the longest reason', closing(1000, 'x'.repeat(123))),
  leaves(1005, 'to leave without a code', { opcode: close }),
  refuses(1000, 'a request behind the close', closing(1000)),
]

export const corpus: readonly Exchange[] = [...understood, ...refused, ...closed]
