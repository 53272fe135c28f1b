import test from 'ava'
import { streetOf } from './street.ts'
import type { Resident } from './street.ts'

const street = streetOf(test, { RELATIONS_PER_MINUTE: 5, PEOPLE_SEARCHES_PER_MINUTE: 3 })

test('changes between people are counted together, and the one over is told when to come back', async (t) => {
  const [alice, bob] = await street().moveInMany('alice', 2)
  if (!alice || !bob) throw new Error('two people moved in')
  const change = (what: string) => alice.ask(`${what.split(' ')[0]} /v1/people/${bob.username}/${what.split(' ')[1]}`)

  const within = []
  for (const what of ['PUT follow', 'DELETE follow', 'PUT block', 'DELETE block', 'PUT mute']) {
    within.push((await change(what)).status)
  }
  const over = await change('DELETE mute')

  t.deepEqual(within, [204, 204, 204, 204, 204])
  t.is(over.status, 429)
  t.is(over.body['code'], 'rate_limited')
  t.true(Number(over.headers.get('retry-after')) >= 1)
  t.is((await alice.ask(`GET /v1/people/${bob.username}`)).status, 200)
  t.is((await bob.ask(`PUT /v1/people/${alice.username}/follow`)).status, 204)
})

test('people are searched for so often in a minute, and not once more', async (t) => {
  const [alice, bob] = await street().moveInMany('carol', 2)
  if (!alice || !bob) throw new Error('two people moved in')
  const search = (who: Resident) => who.ask('GET /v1/people?q=carol')

  const within = [await search(alice), await search(alice), await search(alice)]
  const over = await search(alice)

  t.deepEqual(
    within.map(({ status }) => status),
    [200, 200, 200],
  )
  t.is(over.status, 429)
  t.true(Number(over.headers.get('retry-after')) >= 1)
  t.is((await search(bob)).status, 200)
})
