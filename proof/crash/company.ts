import type { History } from '../history/history.ts'
import { call } from '../../test/accounts/client.ts'
import type { Call, Reply } from '../../test/accounts/client.ts'
import { Crowd, RawSocket } from '../../test/support/clients.ts'
import type { Visitor } from '../../test/support/clients.ts'
import { connectFor } from '../../test/support/connections.ts'
import { upload } from '../../test/media/house.ts'
import { eventually } from '../../test/support/eventually.ts'
import { nodeListener } from '../../test/support/listeners.ts'
import type { Listener } from '../../test/support/listeners.ts'
import type { ServerName, Stack } from '../../test/support/stack.ts'
import { Memory } from './memory.ts'
import type { Known } from './memory.ts'
import { patienceMs } from '../../test/support/patience.ts'

/** Somebody who asks single servers, without patience of their own. */
export interface Caller {
  visitor: Visitor
  username: string
  /** Over HTTP; a server that is killed meanwhile leaves it unknown. */
  ask(server: ServerName, line: string, options?: Omit<Call, 'token'>): Promise<Known<Reply>>
  /** The same until it is known. */
  askAgain(server: ServerName, line: string, options?: Omit<Call, 'token'>): Promise<Reply>
  /** A picture, with an Idempotency-Key. */
  upload(server: ServerName, bytes: Buffer, key: string): Promise<Known<Reply>>
  /** A frame over a socket to this server. */
  tell(server: ServerName, frame: Readonly<Record<string, unknown>>): Promise<Known<RawSocket['frames'][number]>>
  token(): Promise<string>
}

export interface Company {
  crowd: Crowd
  mentor: Caller
  admin: Caller
  alice: Caller
  bob: Caller
  carol: Caller
  /** Listens to the stream over Nginx. */
  listener: Listener
  leave(): Promise<void>
}

export async function gather(stack: Stack, history: History): Promise<Company> {
  const crowd = new Crowd(stack)
  const [mentor, admin, alice, bob, carol] = [
    callerFor(stack, history, await crowd.visitor('minji', 'mentor')),
    callerFor(stack, history, await crowd.visitor('ada', 'admin')),
    callerFor(stack, history, await crowd.visitor('alice')),
    callerFor(stack, history, await crowd.visitor('bob')),
    callerFor(stack, history, await crowd.visitor('carol')),
  ]
  const listener = await nodeListener({ address: stack.address, token: await bob.token() })
  await eventually(async () => (await listener.heard()).opened > 0)
  return {
    ...{ crowd, mentor, admin, alice, bob, carol, listener },
    async leave() {
      await listener.leave()
      await crowd.leave()
    },
  }
}

function callerFor(stack: Stack, history: History, visitor: Visitor): Caller {
  const { person } = visitor
  const memory = new Memory(history, person.username)
  const sockets = new Map<ServerName, RawSocket>()
  const token = (): Promise<string> => person.token(false)

  async function socketTo(server: ServerName): Promise<RawSocket> {
    const known = sockets.get(server)
    if (known !== undefined) return known
    const socket = await RawSocket.open(stack.serverAddress(server), person)
    sockets.set(server, socket)
    void socket.ended.then(() => sockets.delete(server))
    return socket
  }

  async function ask(server: ServerName, line: string, options: Omit<Call, 'token'> = {}): Promise<Known<Reply>> {
    const bearer = await token()
    const request = { line, key: options.headers?.['idempotency-key'] ?? '', text: textIn(options.body) }
    return memory.ofRequest(request, () =>
      call(stack.serverAddress(server), line, { ...options, token: bearer }).catch(() => 'unknown' as const),
    )
  }

  return {
    ...{ visitor, token, ask },
    username: person.username,
    askAgain: (server, line, options) => untilKnown(stack, () => ask(server, line, options)),
    async upload(server, bytes, key) {
      const origin = stack.serverAddress(server)
      const headers = { 'idempotency-key': key }
      return upload({ origin }, await token(), bytes, { headers }).catch(() => 'unknown' as const)
    },
    tell: (server, frame) =>
      memory.ofFrame(frame, async () => {
        try {
          return await (await socketTo(server)).ask(frame, answerMs)
        } catch {
          return 'unknown'
        }
      }),
  }
}

/** Asks again and again, the same with the same key, until the answer says what has become of it. */
export function untilKnown(stack: Stack, ask: () => Promise<Known<Reply>>): Promise<Reply> {
  return eventually(async () => {
    const answer = await ask()
    if (answer !== 'unknown' && answer.body['code'] === 'key_in_use') await forgetMarkers(stack)
    return answer !== 'unknown' && !notYet.has(String(answer.body['code'])) && answer
  }, patienceMs)
}

function textIn(body: unknown): string {
  return typeof body === 'object' && body !== null && 'text' in body ? String(body.text) : ''
}

/** Who gets no answer by then, from a server that is frozen, knows nothing of what became of it. */
const answerMs = 10_000

const notYet = new Set(['key_in_use', 'unavailable', 'timeout', 'internal'])

/** As if the half minute had passed for which a server that died says that a request is still running. */
async function forgetMarkers({ world }: Stack): Promise<void> {
  const redis = connectFor('commands', world.config.REDIS_URL)
  try {
    const markers = await redis.keys('idempotency:running:*')
    if (markers.length > 0) await redis.del(...markers)
  } finally {
    redis.disconnect()
  }
}
