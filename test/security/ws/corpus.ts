import { closing, frame, opcodes } from './raw-socket.ts'

/** Exchanges of RFC 6455 as bytes: those that must be understood, and those that must end the connection, with the code. */

const { continuation, text, binary, ping, pong, close } = opcodes
const request = '{"type":"ping","ref":"안녕 👋"}'
export const refOfRequest = '안녕 👋'
const mostBytes = 16_384
const mostFragments = 32

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const start = (payload: Buffer | string, opcode: number = text): Buffer => frame({ opcode, payload, isLast: false })
const middle = (payload: Buffer | string): Buffer => start(payload, continuation)
const last = (payload: Buffer | string): Buffer => frame({ opcode: continuation, payload })
const whole = (payload: Buffer | string): Buffer => frame({ opcode: text, payload })
const padded = (bytes: number): string => request.slice(0, -1) + ' '.repeat(bytes - Buffer.byteLength(request)) + '}'

function inPieces(payload: string, sizes: readonly number[]): Buffer[] {
  const bytes = Buffer.from(payload)
  const ends = sizes.map((_, place) => sizes.slice(0, place + 1).reduce((sum, size) => sum + size, 0))
  return [...ends, bytes.length].map((end, place) => bytes.subarray(ends[place - 1] ?? 0, end))
}

/** In the middle of the first syllable and of the emoji. */
const [one, two, three] = inPieces(request, [22, 10]) as [Buffer, Buffer, Buffer]

/** After each of these the request is answered once, and nothing else is. */
export const understood: readonly [what: string, sent: readonly Buffer[]][] = [
  ['a whole message', [whole(request)]],
  ['a message in three pieces, cut within characters', [start(one), middle(two), last(three)]],
  [
    'control frames between the pieces',
    [
      start(one),
      frame({ opcode: ping, payload: 'a' }),
      middle(two),
      frame({ opcode: pong }),
      frame({ opcode: ping }),
      last(three),
    ],
  ],
  ['pieces without content', [start(''), middle(''), middle(request), middle(''), last('')]],
  [
    'as many pieces as there may be',
    [start(request), ...Array.from({ length: mostFragments - 2 }, () => middle('')), last('')],
  ],
  ['the largest message', [whole(padded(mostBytes))]],
  ['the largest message in two pieces', [start(padded(mostBytes).slice(0, 9)), last(padded(mostBytes).slice(9))]],
  ['a pong that nobody asked for', [frame({ opcode: pong, payload: 'x'.repeat(125) }), whole(request)]],
  ['a length written longer than it need be', [nonMinimal(request)]],
]

function nonMinimal(payload: string): Buffer {
  const plain = frame({ opcode: text, payload, isMasked: false }).subarray(2)
  const header = Buffer.from([0x81, 0xfe, 0, plain.length])
  // A mask of zeros leaves a text as it is.
  return Buffer.concat([header, Buffer.alloc(4), plain])
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

/** Each of these ends the connection with the code, and nothing in it is answered. */
export const refused: readonly [what: string, sent: readonly Buffer[], code: number][] = [
  ['a frame without a mask', [frame({ opcode: text, payload: request, isMasked: false })], 1002],
  ['a ping without a mask', [frame({ opcode: ping, isMasked: false })], 1002],
  ...allReserved.map((reserved): [string, Buffer[], number] => [
    `reserved bits 0x${reserved.toString(16)}`,
    [frame({ opcode: text, payload: request, reserved })],
    1002,
  ]),
  ['a reserved bit of a ping', [frame({ opcode: ping, reserved: 0x40 })], 1002],
  ...unknownOpcodes.map((opcode): [string, Buffer[], number] => [
    `opcode ${opcode}`,
    [frame({ opcode, payload: request })],
    1002,
  ]),
  ['the end of a message that never began', [last(request)], 1002],
  ['a middle without a beginning', [middle(request)], 1002],
  ['a message within a message', [start(one), whole(request)], 1002],
  ['a beginning within a message', [start(one), start(two)], 1002],
  ['a ping in pieces', [frame({ opcode: ping, payload: 'a', isLast: false })], 1002],
  ['a close in pieces', [frame({ opcode: close, isLast: false })], 1002],
  ['a ping of 126 bytes', [frame({ opcode: ping, payload: 'x'.repeat(126) })], 1002],
  ['a close of one byte', [frame({ opcode: close, payload: 'x' })], 1002],
  ...impossibleCodes.map((code): [string, Buffer[], number] => [`the close code ${code}`, [closing(code)], 1002]),
  ['a close whose reason is not UTF-8', [closing(1000, hex('ff fe'))], 1007],
  ...Object.entries(badUtf8).map(([what, bytes]): [string, Buffer[], number] => [
    `a text with ${what}`,
    [whole(Buffer.concat([Buffer.from('{"a":"'), hex(bytes), Buffer.from('"}')]))],
    1007,
  ]),
  ['a character that breaks off at the end of pieces', [start('{"a":"'), last(hex('ec 95'))], 1007],
  ['bytes that are no text', [frame({ opcode: binary, payload: request })], 1003],
  ['one byte too many', [whole(padded(mostBytes + 1))], 1009],
  ['one byte too many in pieces', [start(padded(mostBytes)), last(' ')], 1009],
  ...[BigInt(mostBytes + 1), 65_536n, 104_857_600n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n].map(
    (claims): [string, Buffer[], number] => [
      `a header that claims ${claims} bytes`,
      [frame({ opcode: text, claims })],
      1009,
    ],
  ),
  ['one piece too many', [start(''), ...Array.from({ length: mostFragments }, () => middle(''))], 1008],
  ['a hundred thousand pieces', [start(''), ...Array.from({ length: 100_000 }, () => middle(''))], 1008],
  ['a request of HTTP', [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')], 1002],
  ['a greeting of TLS', [hex('16 03 01 02 00 01 00 01 fc 03 03')], 1002],
]

/** A close that is right is answered with its own code. */
export const closed: readonly [what: string, sent: Buffer, code: number][] = [
  ...[1000, 1001, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999].map((code): [string, Buffer, number] => [
    `code ${code}`,
    closing(code, '안녕히 계세요'),
    code,
  ]),
  ['the longest reason', closing(1000, 'x'.repeat(123)), 1000],
  ['no code at all', frame({ opcode: close }), 1005],
]

export const wholeRequest = whole(request)
