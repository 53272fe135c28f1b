import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Asking, Channel } from '../platform/asyncapi/channel.ts'
import type { Code } from '../platform/errors.ts'
import { closeCodes } from '../platform/ws/close-codes.ts'
import { frameSchemas } from './frames.ts'
import type { ClientFrame } from './frames.ts'
import { answers, pushes } from './server-frames.ts'

/** The socket as its document describes it: the frames are those that are checked (frames.ts) and sent (server-frames.ts). */
export function socketChannel(config: Config): Channel {
  const schemas = frameSchemas({ messageMaxBytes: config.MESSAGE_MAX_BYTES })
  const asks = (Object.keys(answered) as ClientFrame['type'][]).map((type): [string, Asking] => [
    type,
    { payload: schemas[type], ...answered[type] },
  ])
  return {
    name: 'socket',
    address: '/v1/socket',
    title: 'The socket',
    protocol: 'wss',
    description: description(config),
    query: z.object({ ticket: z.string().optional().describe('Where a client can offer no second subprotocol') }),
    asks: Object.fromEntries(asks),
    answers,
    pushes,
    problems: ['bad_input', 'rate_limited', 'unavailable', 'internal'],
    closings: Object.entries(closeCodes).map(([name, closing]) => ({ name, ...closing })),
  }
}

type Answered = Omit<Asking, 'payload'> & { answer: keyof typeof answers | undefined }

const speaking: readonly Code[] = [
  'not_found',
  'not_member',
  'muted',
  'room_closed',
  'bad_id',
  'buffer_full',
  'timeout',
]

/** What answers each frame, and what refuses it. */
const answered: Readonly<Record<ClientFrame['type'], Answered>> = {
  subscribe: { answer: 'subscribed', problems: ['not_found', 'not_member', 'conflict'] },
  unsubscribe: { answer: 'ok', problems: [] },
  send: { answer: 'ack', problems: speaking },
  edit: { answer: 'ack', problems: [...speaking, 'forbidden'] },
  delete: { answer: 'ack', problems: [...speaking, 'forbidden'] },
  react: { answer: 'ack', problems: speaking },
  typing: { answer: undefined, problems: [] },
  read: { answer: 'ok', problems: ['not_found'] },
  ping: { answer: 'pong', problems: [] },
}

function description({ FRAME_MAX_BYTES: maxBytes, PING_SECONDS: pingSeconds }: Config): string {
  return `One WebSocket for all rooms of a client, subprotocol \`madang.v1\`. Frames are JSON text of at most ${maxBytes} bytes, with a \`type\`. What a client sends has a \`ref\` of its own, and is answered once with the same \`ref\`; everything else is told unasked, \`hello\` first.

Who may not come in is refused before the upgrade, with a problem over HTTP. The server pings every ${pingSeconds} seconds and ends a socket that does not answer. A frame of another \`type\` is refused with \`unsupported\`, what is no JSON with \`malformed\` and without a \`ref\`.

Remember the last \`epoch\` and \`seq\` of each room: drop an entry that one has, apply the next one, fetch the range before a later one. After a reconnect, \`subscribe\` with the last place.`
}
