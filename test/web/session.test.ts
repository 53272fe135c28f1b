import { mock } from 'node:test'
import test from 'ava'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import sharp from 'sharp'
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

  const all = await Promise.all([http.refresh(), http.refresh(), http.refresh()])
  const sessions = await alice.client.accounts.sessions()

  t.deepEqual(all, [true, true, true])
  t.not(alice.tokens()?.refreshToken, tokens?.refreshToken)
  t.true(session.isThere)
  t.is(sessions.items.length, 1)
})

/** The client holds an access token that ran out, and believes that it has so much longer. Its clock was ahead when it got it. */
async function expire(guest: Guest, secondsLeft: number, aheadMs = 0): Promise<string> {
  const keys = stack().world.config.TOKEN_KEYS
  const accessToken = await createAccessTokens({ keys, minutes: -10 }).sign(guest.session as SessionId)
  const { account, session } = guest
  const { refreshToken } = guest.tokens() ?? { refreshToken: '' }
  mock.timers.enable({ apis: ['Date'], now: Date.now() + aheadMs })
  guest.client.session.keep({ account, session, accessToken, refreshToken, expiresInSeconds: secondsLeft })
  mock.timers.reset()
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

test.serial('who signed in while the clock was ahead stays signed in when it is set back', async (t) => {
  const alice = await enter(stack(), 'alice')
  const nineHoursMs = 9 * 3_600_000

  const expired = await expire(alice, 600, nineHoursMs)
  const me = await alice.client.accounts.me()
  const exchanged = alice.tokens()?.accessToken
  await expire(alice, 600, nineHoursMs)
  const file = new Blob([
    await sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } })
      .png()
      .toBuffer(),
  ])
  const picture = await alice.client.media.upload(file, { idempotencyKey: crypto.randomUUID() })

  t.is(me.id, alice.account.id)
  t.not(exchanged, expired)
  t.is(picture.width, 40)
  t.true(alice.client.session.isThere)
})

test.serial('whoever finds that somebody else has exchanged the tokens meanwhile does not do so again', async (t) => {
  const alice = await enter(stack(), 'alice')
  const { session, http } = alice.client
  const before = session.keptAt
  await eventually(() => Date.now() > before)
  await http.refresh(before)
  const tokens = alice.tokens()

  const isThere = await http.refresh(before)

  t.true(isThere)
  t.deepEqual(alice.tokens(), tokens)
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
