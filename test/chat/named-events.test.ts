import test from 'ava'
import { NamedEvents } from '../../src/chat/named-events.ts'
import { Names } from '../../src/chat/names.ts'
import { Pictures } from '../../src/chat/pictures.ts'
import type { Entry, RoomEvent } from '../../src/ledger/index.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { createLog } from '../../src/platform/log.ts'
import type { Profile } from '../../src/accounts/index.ts'
import { eventually } from '../support/eventually.ts'

const [alice, bob] = [1 as AccountId, 2 as AccountId]
const log = createLog({ level: 'silent', service: 'test' })
const said = (seq: number, sender: AccountId): RoomEvent => {
  const entry: Entry = {
    ...{ epoch: 1, seq, at: 0, sender, id: `${seq}`, kind: 'text', target: undefined, erases: false, hash: '' },
    payload: Buffer.alloc(0),
  }
  return { type: 'entries', epoch: entry.epoch, entries: [entry] }
}

function stage(): { told: RoomEvent[]; events: NamedEvents; names: Names; answer: PromiseWithResolvers<void> } {
  const answer = Promise.withResolvers<void>()
  const names = new Names({
    log,
    async profiles(ids) {
      await answer.promise
      return new Map(
        [...ids].map((id): [AccountId, Profile] => [
          id,
          { id, username: `p${id}`, displayName: '', picture: undefined },
        ]),
      )
    },
  })
  const pictures = new Pictures({ log, read: async () => new Map() })
  const told: RoomEvent[] = []
  return { told, names, answer, events: new NamedEvents({ names, pictures }, (event) => void told.push(event)) }
}

test('a speaker who is known is told of at once', (t) => {
  const { told, events, names } = stage()
  names.met(alice, 'alice')

  events.hear(said(1, alice))

  t.is(told.length, 1)
})

test('nothing overtakes a line whose speaker must be looked up', async (t) => {
  const { told, events, names, answer } = stage()
  names.met(alice, 'alice')
  const line = [said(1, alice), said(2, bob), said(3, alice), { type: 'stored', place: { epoch: 1, seq: 2 } }] as const

  line.forEach((event) => events.hear(event))
  t.deepEqual(told, [line[0]])
  answer.resolve()
  await new Promise((resolve) => setImmediate(resolve))

  t.deepEqual(told, [...line])
  t.is(names.of(bob), 'p2')
})

test('while a speaker cannot be looked up nothing is told, and then everything, in order', async (t) => {
  let isAway = true
  const names = new Names({
    log,
    async profiles(ids) {
      if (isAway) throw new Error('MySQL is away')
      return new Map([...ids].map((id) => [id, { id, username: `p${id}`, displayName: '', picture: undefined }]))
    },
  })
  const told: RoomEvent[] = []
  const pictures = new Pictures({ log, read: async () => new Map() })
  const events = new NamedEvents({ names, pictures }, (event) => void told.push(event))
  const line = [said(1, alice), said(2, bob)]

  line.forEach((event) => events.hear(event))
  await t.throwsAsync(names.learn([alice]))
  t.deepEqual(told, [], 'the room itself would seem to speak')
  isAway = false
  await eventually(() => told.length === 2)

  t.deepEqual(told, line)
  t.deepEqual([names.of(alice), names.of(bob)], ['p1', 'p2'])
})

test('a speaker whom nobody knows any more is told of without a name', async (t) => {
  const names = new Names({ log, profiles: async () => new Map() })
  const told: RoomEvent[] = []
  const pictures = new Pictures({ log, read: async () => new Map() })
  const events = new NamedEvents({ names, pictures }, (event) => void told.push(event))

  events.hear(said(1, alice))

  await eventually(() => told.length === 1)
  t.is(names.of(alice), undefined)
})

test('a room that nobody listens to any more asks for no names', async (t) => {
  const asked = new Map<AccountId, number>()
  const names = new Names({
    log,
    async profiles(ids) {
      for (const id of ids) asked.set(id, (asked.get(id) ?? 0) + 1)
      throw new Error('MySQL is away')
    },
  })
  const pictures = new Pictures({ log, read: async () => new Map() })
  const told: RoomEvent[] = []
  const events = new NamedEvents({ names, pictures }, (event) => void told.push(event))
  const other = new NamedEvents({ names, pictures }, () => undefined)
  t.teardown(() => other.stop())
  events.hear(said(1, alice))
  await eventually(() => asked.has(alice))

  events.stop()
  const askedBefore = asked.get(alice)
  other.hear(said(1, bob))
  await eventually(() => (asked.get(bob) ?? 0) >= 3)

  t.deepEqual([told.length, asked.get(alice)], [0, askedBefore], 'while another room asks on')
})
