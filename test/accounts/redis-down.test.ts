import test from 'ava'
import { eventually } from '../support/eventually.ts'
import { call, goodPassword, signUp } from './client.ts'
import { doorOf } from './door.ts'

const door = doorOf(test)

test('without Redis nobody signs in or up, those who are in stay, and all heals by itself', async (t) => {
  const { origin, world } = door()
  const alice = await signUp(origin)
  const bob = await signUp(origin, 'bob')
  const signIn = () => call(origin, 'POST /v1/sessions', { body: { username: alice.username, password: goodPassword } })

  await world.redis.kill()
  const refused = await signIn()

  t.is(refused.status, 503)
  t.like(refused.body, { code: 'unavailable' })
  t.truthy(refused.headers.get('retry-after'))
  const newcomer = { username: 'newcomer', password: goodPassword }
  t.is((await call(origin, 'POST /v1/accounts', { body: newcomer })).status, 503)
  t.is((await call(origin, 'GET /v1/me', { token: alice.access })).status, 200)
  t.is((await call(origin, 'POST /v1/socket-tickets', { token: alice.access })).status, 503)
  t.is((await call(origin, 'DELETE /v1/sessions/current', { token: bob.access })).status, 204)
  t.is((await call(origin, 'GET /v1/me', { token: bob.access })).status, 401)

  await world.redis.start()
  await eventually(async () => (await signIn()).status === 201)
  t.pass()
})
