import test from 'ava'
import { call, signUp } from './client.ts'
import { doorOf } from './door.ts'

const door = doorOf(test)

async function ticketFor(token: string): Promise<string> {
  const reply = await call(door().origin, 'POST /v1/socket-tickets', { token })
  return String(reply.body['ticket'])
}

test('a ticket stands for its session once', async (t) => {
  const { origin, accounts } = door()
  const alice = await signUp(origin)

  const reply = await call(origin, 'POST /v1/socket-tickets', { token: alice.access })

  t.is(reply.status, 200)
  t.is(reply.body['expiresInSeconds'], 30)
  const ticket = String(reply.body['ticket'])
  t.like(await accounts.redeemTicket(ticket), { session: alice.session, username: alice.username, role: 'member' })
  t.is(await accounts.redeemTicket(ticket), undefined)
})

test('of many who use one ticket at once one comes in', async (t) => {
  const { accounts, origin } = door()
  const ticket = await ticketFor((await signUp(origin)).access)

  const answers = await Promise.all(Array.from({ length: 10 }, () => accounts.redeemTicket(ticket)))

  t.is(answers.filter((viewer) => viewer !== undefined).length, 1)
})

test('a ticket of a session that has ended, or one that nobody issued, opens nothing', async (t) => {
  const { accounts, origin } = door()
  const alice = await signUp(origin)
  const ticket = await ticketFor(alice.access)
  await call(origin, 'DELETE /v1/sessions/current', { token: alice.access })

  t.is(await accounts.redeemTicket(ticket), undefined)
  for (const wrong of ['', 'x', '*', alice.session, 'a'.repeat(10_000)]) {
    t.is(await accounts.redeemTicket(wrong), undefined)
  }
})

test('only who is signed in gets a ticket', async (t) => {
  t.is((await call(door().origin, 'POST /v1/socket-tickets')).status, 401)
})
