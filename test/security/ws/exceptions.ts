export interface Exceptions {
  /** How many exchanges it says all by itself, without a header that is changed on the way. */
  saysItself: number
  /** Exchanges that it has no way to say. */
  cannotSay: readonly { why: string; exchanges: readonly string[] }[]
  /** Where it tells its user another close code than the one that came. */
  reads: Readonly<Record<string, { code: number; why: string }>>
}

const noFrames = {
  why: 'none of its bytes would be in it',
  exchanges: ['a request of HTTP', 'a greeting of TLS'],
}

/** What a client cannot do, by name. Nothing else may be left out, and nothing here may be wrong. */
export const exceptions: Readonly<Record<string, Exceptions>> = {
  ws: { saysItself: 47, cannotSay: [noFrames], reads: {} },
  'websocket-driver of faye': {
    saysItself: 27,
    cannotSay: [noFrames],
    reads: {
      'to leave with 1014': { code: 1002, why: 'it takes 1014, which came later, for none' },
      'to leave without a code': { code: 1000, why: 'it has no word for a close without a code' },
    },
  },
  'wsproto in Python': {
    saysItself: 34,
    cannotSay: [noFrames],
    reads: { 'to leave with 1014': { code: 1002, why: 'it takes 1014, which came later, for none' } },
  },
  undici: {
    saysItself: 20,
    reads: {},
    cannotSay: [
      noFrames,
      {
        why: 'a page sends whole messages only',
        exchanges: [
          'a message in three pieces, cut within characters',
          'a message in two pieces, cut between characters',
          'control frames between the pieces',
          'pieces without content',
          'as many pieces as there may be',
          'the largest message in two pieces',
          'two messages, the first in pieces',
          'a character that breaks off at the end of pieces',
          'bytes that are no text, in pieces',
          'one byte too many in pieces',
          'one piece too many',
          'a thousand pieces',
          'a message within a message',
          'a beginning within a message',
        ],
      },
      {
        why: 'a page sends neither pings nor pongs',
        exchanges: [
          'pings in their order, of every size',
          'a pong that nobody asked for',
          'a pong that says nothing',
          'a ping in pieces',
          'a ping of 126 bytes',
          'a ping without a mask',
          'a reserved bit of a ping',
        ],
      },
      {
        why: 'a page closes with 1000 or a code above 3000, a reason that is text and not too long, and is done then',
        exchanges: [
          ...[1001, 1003, 1007, 1011, 1014].map((code) => `to leave with ${code}`),
          ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(
            (code) => `the close code ${code}`,
          ),
          'a close in pieces',
          'a close of one byte',
          'a close whose reason is not UTF-8',
          'a close with a reason of 124 bytes',
          'a request behind the close',
        ],
      },
      {
        why: 'a string is always UTF-8 on the way',
        exchanges: [
          'a text with a byte that never stands in UTF-8',
          'a text with a continuation alone',
          'a text with an overlong slash',
          'a text with an overlong NUL',
          'a text with half a surrogate pair',
          'a text with both halves of a pair, each for itself',
          'a text with a code point beyond the last',
          'a text with a syllable without its end',
          'a text with five bytes of one character',
        ],
      },
      {
        why: 'nobody reaches its headers',
        exchanges: [
          'a frame without a mask',
          'the end of a message that never began',
          'a middle without a beginning',
          'a length in two bytes that needs none',
          'a length in eight bytes that needs none',
          ...['0x40', '0x20', '0x10', '0x70'].map((bits) => `reserved bits ${bits}`),
          ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => `opcode ${opcode}`),
          ...[16_385n, 65_536n, 104_857_600n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n].map(
            (claims) => `a header that claims ${claims} bytes`,
          ),
        ],
      },
    ],
  },
}

export function exceptionsOf(name: string): Exceptions {
  const listed = exceptions[name]
  if (listed === undefined) throw new Error(`what ${name} cannot do is not listed`)
  return listed
}
