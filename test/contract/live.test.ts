import test from 'ava'
import { call } from '../accounts/client.ts'
import { generousLimits } from '../security/settings.ts'
import { Site } from '../security/site.ts'
import { BrokenChannel } from '../support/channel-contract.ts'
import { sharedBy } from '../support/shared.ts'
import { stackOf } from '../support/stack.ts'
import { converse, happen, shortMemories, tellersOf } from './conversation.ts'
import { Speaker } from './speaker.ts'

/** Every frame and every event, from the document alone, through Nginx. */

const stack = stackOf(test, { ...generousLimits, ...shortMemories }, { hasLeastPrivilege: true })
const site = sharedBy(test, 'the site', () => Site.open(stack()))
const told = sharedBy(test, 'the document', () => tellersOf(site()))

test.serial('each event of the stream comes, as it is described', async (t) => {
  t.timeout(120_000)
  await happen(site(), told())

  const { contract, heard } = told()
  const events = contract.keys.filter((key) => key.startsWith('stream.'))
  t.true(events.length >= 14)
  t.deepEqual(
    events.filter((key) => !heard.has(key)),
    [],
  )
})

test.serial('each frame is taken, and each frame of a server comes, as it is described', async (t) => {
  t.timeout(240_000)
  await converse(site(), told())

  const { contract, heard } = told()
  const frames = contract.keys.filter((key) => key.startsWith('socket.'))
  t.true(frames.length >= 24)
  t.deepEqual(
    frames.filter((key) => !heard.has(key)),
    [],
  )
})

test.serial('each member of a frame that is not as the document says is refused, and named', async (t) => {
  t.timeout(120_000)
  const { contract, heard } = told()
  const speaker = await Speaker.enter(site().stack.address, site().cast.carol, { contract, heard })
  const { body } = await call(site().stack.address, 'GET /v1/rooms?kind=lobby', { token: site().cast.carol.token })
  const room = (body['items'] as { id: string }[])[0]!.id
  const faults: string[] = []
  let asked = 0

  for (const key of contract.keys.filter((one) => one.startsWith('socket.asks.'))) {
    const type = key.slice('socket.asks.'.length)
    for (const { wrong, answer } of await speaker.askWrong(type, { room })) {
      asked += 1
      const [, member] = wrong.pointer.split('/')
      const errors = (answer['errors'] ?? []) as { pointer: string }[]
      const isNamed = member === undefined || errors.some(({ pointer }) => pointer.split('/')[1] === member)
      const isRefused = member === 'type' ? answer['code'] === 'unsupported' : answer['code'] === 'bad_input' && isNamed
      if (!isRefused) faults.push(`${type}${wrong.pointer}: ${wrong.why} → ${JSON.stringify(answer)}`)
    }
  }
  speaker.look()
  await speaker.socket.close()

  t.deepEqual(faults, [])
  t.true(asked > 100, `${asked} asked`)
})

test.serial('what is not described is found out', (t) => {
  const { contract } = told()
  const ack = told().heard.get('socket.answers.ack')?.[0] as { type: string }

  t.is(contract.frame(ack), 'socket.answers.ack')
  t.throws(() => contract.frame({ ...ack, kept: 'perhaps' } as { type: string }), { instanceOf: BrokenChannel })
  t.throws(() => contract.frame({ type: 'sing' }), { message: /not described/ })
  t.throws(() => contract.answer('ping', { type: 'ack' }), { message: /may not be answered/ })
  t.throws(() => contract.answer('ping', { type: 'error', code: 'muted' }), { message: /may not be refused/ })
  t.throws(() => contract.event('post.sung', {}), { message: /not described/ })
  t.throws(() => contract.event('post.deleted', { post: 7 }), { instanceOf: BrokenChannel })
})
