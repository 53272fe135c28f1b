import test from 'ava'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createAccessTokens } from '../../src/accounts/access-tokens.ts'
import type { SessionId } from '../../src/platform/ids.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { RoomLog, enter, roomFor } from './guests.ts'
import type { Guest } from './guests.ts'

const stack = stackOf(test, { FLUSH_AGE_SECONDS: 1 })

test.serial('an access token that expired is exchanged once for all who ask at the same time', async (t) => {
  const alice = await enter(stack(), 'alice')
  const tokens = alice.tokens()
  const { session, http } = alice.client

  const since = Date.now() + 1
  const all = await Promise.all([http.refresh(since), http.refresh(since), http.refresh(since)])
  const sessions = await alice.client.accounts.sessions()

  t.deepEqual(all, [true, true, true])
  t.not(alice.tokens()?.refreshToken, tokens?.refreshToken)
  t.true(session.isThere)
  t.is(sessions.items.length, 1)
})

/** The client holds an access token that ran out, and believes that it has so much longer. */
async function expire(guest: Guest, secondsLeft: number): Promise<string> {
  const keys = stack().world.config.TOKEN_KEYS
  const accessToken = await createAccessTokens({ keys, minutes: -10 }).sign(guest.session as SessionId)
  const { account, session } = guest
  const { refreshToken } = guest.tokens() ?? { refreshToken: '' }
  guest.client.session.keep({ account, session, accessToken, refreshToken, expiresInSeconds: secondsLeft })
  return accessToken
}

test.serial('tokens that expire in the middle of a conversation are noticed by nobody', async (t) => {
  const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
  const room = await roomFor(stack(), alice, bob)
  const log = new RoomLog(bob, bob.opens(t).socket, room)
  const near = alice.opens(t)
  await near.outbox.add({ room, body: 'before' })
  await eventually(() => log.said.length === 1)

  const expired = await expire(alice, 600)
  // Who comes back now, with socket and stream, is refused at first.
  near.close()
  const again = alice.opens(t)
  await again.outbox.add({ room, body: 'after' })
  await eventually(() => log.said.length === 2)
  await eventually(() => again.stream.connection.state === 'open')

  t.not(alice.tokens()?.accessToken, expired)
  t.deepEqual(log.said, ['before', 'after'])
})

test.serial('what is known to have expired is exchanged before anybody is asked with it', async (t) => {
  const alice = await enter(stack(), 'alice')
  const expired = await expire(alice, 0)
  const refused: number[] = []
  const seen = (message: unknown): void =>
    void refused.push((message as { response: { statusCode: number } }).response.statusCode)
  subscribe('undici:request:headers', seen)
  t.teardown(() => unsubscribe('undici:request:headers', seen))

  const me = await alice.client.accounts.me()

  t.is(me.id, alice.account.id)
  t.deepEqual(refused, [200, 200])
  t.not(alice.tokens()?.accessToken, expired)
})

test.serial('a session that is ended elsewhere closes the socket, which says so and stays away', async (t) => {
  const alice = await enter(stack(), 'alice')
  let isOver = 0
  const { socket } = alice.opens(t)
  socket.onConnection(({ state }) => (isOver += state === 'refused' ? 1 : 0))
  await eventually(() => socket.connection.state === 'open')

  const [session] = (await alice.client.accounts.sessions()).items
  await alice.client.accounts.endSession(session?.id ?? '')
  await eventually(() => socket.connection.state === 'refused')

  t.is(socket.connection.why, 'signed_out')
  t.is(isOver, 1)
  await t.throwsAsync(alice.client.accounts.me(), { message: /Not signed in|expired/ })
  t.false(alice.client.session.isThere)
})
