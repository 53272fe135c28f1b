import test from 'ava'
import type { ExecutionContext } from 'ava'
import { signUp } from '../../accounts/client.ts'
import type { Person } from '../../accounts/client.ts'
import { within } from '../../../src/platform/lifecycle.ts'
import { Ear } from '../../support/ear.ts'
import type { HeardFrame } from '../../support/ear.ts'
import { stackOf } from '../../support/stack.ts'
import type { Client, ClientSocket, Ended, Manner } from './clients/client.ts'
import { foreigners } from './clients/index.ts'
import { corpus } from './corpus.ts'
import type { Exchange } from './corpus.ts'
import { exceptions, exceptionsOf } from './exceptions.ts'
import { opcodes } from './frames.ts'

/**
 * Every exchange of the corpus by every client that can say it, each on a connection of its own. They speak with a server itself, which
 * hears them out: Nginx cuts off who goes on in spite of a close, and who is cut off while sending may never read why.
 */
const stack = stackOf(test)

const patienceMs = 30_000
const afterwards = { opcode: opcodes.text, payload: '{"type":"ping","ref":"afterwards"}' }

async function enter(client: Client, person: Person) {
  const ear = new Ear()
  const pongs: string[] = []
  const door = {
    url: `${stack().serverAddress('server-1').replace('http', 'ws')}/v1/socket`,
    protocols: ['madang.v1'],
    headers: { authorization: `Bearer ${person.access}` },
  }
  const socket = await client.open(door, {
    text: (text) => ear.hear(text),
    pong: (payload) => pongs.push(payload.toString()),
  })
  await ear.hears('hello', ({ type }) => type === 'hello')
  return { socket, ear, pongs }
}

/** All of it, or nothing that counts. */
function sayAll(socket: ClientSocket, { says }: Exchange): Manner | undefined {
  const manners = says.map((part) => socket.say(part))
  if (manners.includes(undefined)) return undefined
  return manners.includes('recast') ? 'recast' : 'itself'
}

const told = (frames: readonly HeardFrame[]): string[] =>
  frames
    .filter(({ type, ref }) => (type === 'pong' || type === 'error') && ref !== 'afterwards')
    .map((frame) => `${frame.type} ${String(frame['ref'] ?? frame['code'])}`)

async function exchange(
  t: ExecutionContext,
  client: Client,
  person: Person,
  given: Exchange,
): Promise<Manner | undefined> {
  const { what, hears, pongs, code } = given
  const { socket, ear, pongs: heardPongs } = await enter(client, person)
  try {
    const manner = sayAll(socket, given)
    if (manner === undefined) return undefined
    if (code === undefined) await stays(socket, ear)
    else t.is((await hangsUp(socket)).code, exceptionsOf(client.name).reads[what]?.code ?? code, what)
    t.deepEqual(told(ear.frames), hears, what)
    t.deepEqual(heardPongs, pongs, what)
    return manner
  } catch (error) {
    throw new Error(`${client.name}, ${what}: ${String(error)}`, { cause: error })
  } finally {
    socket.drop()
  }
}

const hangsUp = (socket: ClientSocket): Promise<Ended> => within(patienceMs, 'the end of the connection', socket.ended)

async function stays(socket: ClientSocket, ear: Ear): Promise<void> {
  socket.say(afterwards)
  await Promise.race([
    ear.hears('the answer afterwards', ({ ref }) => ref === 'afterwards', patienceMs),
    socket.ended.then(({ code }) => Promise.reject(new Error(`ended with ${code}`))),
  ])
}

test('every exchange has a name of its own, and what is listed as an exception is one of them', (t) => {
  const names = corpus.map(({ what }) => what)
  t.is(new Set(names).size, names.length)
  t.true(names.length > 100)
  for (const { cannotSay, reads } of Object.values(exceptions)) {
    const listed = [...cannotSay.flatMap(({ exchanges }) => exchanges), ...Object.keys(reads)]
    t.deepEqual(
      listed.filter((name) => !names.includes(name)),
      [],
    )
  }
})

for (const client of foreigners) {
  const run = client.canRun ? test : test.skip
  run(`the corpus is spoken by ${client.name}, all of it but what is listed, with one answer for all`, async (t) => {
    t.timeout(180_000)
    const person = await signUp(stack().serverAddress('server-1'))
    const unsaid: string[] = []
    const counts = { itself: 0, recast: 0 }
    for (const given of corpus) {
      const manner = await exchange(t, client, person, given)
      if (manner === undefined) unsaid.push(given.what)
      else counts[manner] += 1
    }
    const { cannotSay, saysItself } = exceptionsOf(client.name)

    t.deepEqual(unsaid.toSorted(), cannotSay.flatMap(({ exchanges }) => exchanges).toSorted())
    t.is(counts.itself, saysItself)
  })
}

test.after.always(() => {
  for (const client of foreigners) client.end?.()
})
