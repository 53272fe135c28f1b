import test from 'ava'
import { memoryStorage } from '../../web/src/api/outbox-storage.ts'
import type { OutboxStorage } from '../../web/src/api/outbox-storage.ts'
import type { Outgoing } from '../../web/src/api/live.ts'
import { uuidv7 } from '../../web/src/api/uuidv7.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { RoomLog, enter, roomFor } from './guests.ts'

const stack = stackOf(test, { FLUSH_AGE_SECONDS: 1 }, { hasRandomServers: true })

/** What all tabs of a browser find. */
const sharedStorage = (): OutboxStorage => ({ ...memoryStorage(), isShared: true })

/** The same storage, of which some of what is asked fails the first `times` times, as on a full disk. */
function failing(storage: OutboxStorage, names: readonly ('all' | 'sweep' | 'update' | 'replace')[], times: number) {
  const left = new Map<string, number>(names.map((name) => [name, times]))
  const sooner = (name: string): void => {
    const more = left.get(name) ?? 0
    left.set(name, more - 1)
    if (more > 0) throw new DOMException('there is no space left', 'QuotaExceededError')
  }
  const failed = (): boolean => [...left.values()].every((more) => more <= 0)
  const over: OutboxStorage = {
    ...storage,
    all: async (account) => (sooner('all'), storage.all(account)),
    sweep: async (before) => (sooner('sweep'), storage.sweep(before)),
    update: async (message) => (sooner('update'), storage.update(message)),
    replace: async (id, message) => (sooner('replace'), storage.replace(id, message)),
  }
  return { storage: over, failed }
}

test.serial('a message is sending, then buffered, then stored, and is kept no longer', async (t) => {
  const alice = await enter(stack(), 'alice')
  const room = await roomFor(stack(), alice)
  const storage = memoryStorage()
  const { outbox } = alice.opens(t, storage)
  const told: Outgoing[] = []
  outbox.onChange(room, (message) => void told.push(message))

  const added = await outbox.add({ room, body: 'hello' })
  await eventually(() => told.at(-1)?.state === 'stored')

  t.deepEqual(
    told.map(({ state }) => state),
    ['sending', 'buffered', 'stored'],
  )
  t.true(told.every(({ id }) => id === added.id))
  t.is(told[1]?.place?.seq, told[2]?.place?.seq)
  await eventually(async () => (await storage.all(alice.account.id)).length === 0)
})

test.serial('what was written before a reload is sent after it, once', async (t) => {
  const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
  const room = await roomFor(stack(), alice, bob)
  const storage = memoryStorage()
  const log = new RoomLog(bob, bob.opens(t).socket, room)

  const before = alice.opens(t, storage)
  await before.outbox.add({ room, body: 'one' })
  await before.outbox.add({ room, body: 'two' })
  before.close()
  // It may have arrived already, and nobody had the time to write that down.
  const [first] = await storage.all(alice.account.id)
  if (first !== undefined) await alice.client.rooms.send(room, { id: first.id, body: first.body })
  alice.opens(t, storage)
  await eventually(() => log.said.length === 2)
  await eventually(async () => (await storage.all(alice.account.id)).length === 0)

  t.deepEqual(log.said, ['one', 'two'])
  const { items } = await alice.client.rooms.messages(room)
  t.is(items.filter(({ kind }) => kind === 'text').length, 2)
})

test.serial('one tab sends for all, all are told, and the next takes over when it goes', async (t) => {
  const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
  const room = await roomFor(stack(), alice, bob)
  const storage = sharedStorage()
  const log = new RoomLog(bob, bob.opens(t).socket, room)
  const [first, second] = [alice.opens(t, storage), alice.opens(t, storage)]
  const [atFirst, atSecond] = [new Map<string, string>(), new Map<string, string>()]
  first.outbox.onChange(room, ({ body, state }) => void atFirst.set(body, state))
  second.outbox.onChange(room, ({ body, state }) => void atSecond.set(body, state))

  await second.outbox.add({ room, body: 'from the second' })
  await eventually(() => atFirst.get('from the second') === 'stored' && atSecond.get('from the second') === 'stored')
  await second.outbox.add({ room, body: 'and again' })
  first.close()
  await second.outbox.add({ room, body: 'alone' })
  await eventually(() => atSecond.get('alone') === 'stored')

  t.deepEqual(log.said, ['from the second', 'and again', 'alone'])
})

test.serial('what is refused says why, can be tried again under the same id, and given up', async (t) => {
  const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
  const room = await roomFor(stack(), bob)
  const { outbox } = alice.opens(t)
  let last: Outgoing | undefined
  outbox.onChange(room, (message) => (last = message))

  const added = await outbox.add({ room, body: 'let me in' })
  await eventually(() => last?.state === 'failed')
  t.is(last?.problem?.code, 'not_member')
  await alice.client.rooms.join(room)
  await outbox.retry(added.id)
  await eventually(() => last?.state === 'stored')

  t.is(last?.id, added.id)
  await alice.client.rooms.leave(room)
  const second = await outbox.add({ room, body: 'too late' })
  await eventually(() => last?.state === 'failed')
  await outbox.discard(second.id)
  t.is(last?.state, 'discarded')
  t.deepEqual(await outbox.of(room), [])
})

test.serial('where people speak slowly, what comes too soon waits by itself', async (t) => {
  const mentor = await enter(stack(), 'mentor', { role: 'mentor' })
  const alice = await enter(stack(), 'alice')
  const settings = { name: 'The slow well', seats: 5, slowModeSeconds: 2 }
  const { id: room } = await mentor.client.rooms.open(settings, crypto.randomUUID())
  await alice.client.rooms.join(room)
  const { outbox } = alice.opens(t)
  const told: Outgoing[] = []
  outbox.onChange(room, (message) => void told.push(message))

  for (const body of ['one', 'two', 'three']) await outbox.add({ room, body })
  await eventually(() => told.some(({ body, state }) => body === 'three' && state === 'stored'))

  const waits = told.filter(({ state, problem }) => state === 'sending' && problem?.code === 'rate_limited')
  t.true(waits.length >= 2)
  t.true(waits.every(({ problem }) => (problem?.retryAfter ?? 0) > 0))
  const { items } = await alice.client.rooms.messages(room)
  t.deepEqual(
    items.filter(({ kind }) => kind === 'text').map(({ content }) => content?.['body']),
    ['one', 'two', 'three'],
  )
})

test.serial('what one account wrote is never sent by another that signs in at the same browser', async (t) => {
  const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
  const room = await roomFor(stack(), alice, bob)
  const storage = memoryStorage()
  const sent = {
    ...{ room, id: uuidv7(), turn: 1, body: 'by alice alone', state: 'sending' as const },
    writtenAt: Date.now(),
  }
  await storage.put({ ...sent, account: alice.account.id })

  const { outbox } = bob.opens(t, storage)
  await outbox.add({ room, body: 'by bob' })
  await eventually(async () => (await outbox.of(room)).length === 0)

  const { items } = await bob.client.rooms.messages(room)
  t.deepEqual(
    items.filter(({ kind }) => kind === 'text').map(({ content, from }) => [from, content?.['body']]),
    [[bob.account.username, 'by bob']],
  )
  t.is((await storage.all(alice.account.id)).length, 1)
})

test.serial(
  'what was written while the clock was ahead goes on by itself under another id, once and in its order',
  async (t) => {
    const alice = await enter(stack(), 'alice')
    const room = await roomFor(stack(), alice)
    const storage = memoryStorage()
    const inAnHour = Date.now() + 3_600_000
    const ahead = (turn: number, body: string) => ({
      ...{ room, id: uuidv7(inAnHour), turn, body, state: 'sending' as const },
      ...{ writtenAt: inAnHour, account: alice.account.id },
    })
    for (const message of [ahead(1, 'one'), ahead(2, 'two')]) await storage.put(message)

    const { outbox, socket } = alice.opens(t, storage)
    const told: Outgoing[] = []
    outbox.onChange(room, (message) => void told.push(message))
    await outbox.add({ room, body: 'three' })
    await eventually(async () => (await outbox.of(room)).length === 0)

    const { items } = await alice.client.rooms.messages(room)
    t.deepEqual(
      items.filter(({ kind }) => kind === 'text').map(({ content }) => content?.['body']),
      ['one', 'two', 'three'],
    )
    t.deepEqual(
      told.filter(({ state }) => state === 'discarded').map(({ body }) => body),
      ['one', 'two'],
    )
    t.false(told.some(({ state }) => state === 'failed'))
    t.true(Math.abs(socket.now() - Date.now()) < 60_000)
  },
)

test.serial('what was refused for its id is tried again under another one', async (t) => {
  const alice = await enter(stack(), 'alice')
  const room = await roomFor(stack(), alice)
  const storage = memoryStorage()
  const id = uuidv7(Date.now() + 3_600_000)
  const problem = { code: 'bad_id' as const }
  const refused = { ...{ room, id, turn: 1, body: 'again' }, state: 'failed' as const, problem, writtenAt: Date.now() }
  await storage.put({ ...refused, account: alice.account.id })

  const { outbox } = alice.opens(t, storage)
  await outbox.retry(id)
  await eventually(async () => (await outbox.of(room)).length === 0)

  const { items } = await alice.client.rooms.messages(room)
  t.deepEqual(
    items.filter(({ kind }) => kind === 'text').map(({ content }) => content?.['body']),
    ['again'],
  )
})

test.serial('what could not be sent for a day waits for who wrote it, and nobody writes without bound', async (t) => {
  const alice = await enter(stack(), 'alice')
  const room = await roomFor(stack(), alice)
  const storage = memoryStorage()
  const account = alice.account.id
  const old = { room, id: uuidv7(), turn: 1, body: 'of the day before yesterday', state: 'sending' as const, account }
  await storage.put({ ...old, writtenAt: Date.now() - 2 * 86_400_000 })

  const { outbox } = alice.opens(t, storage)
  await eventually(async () => (await outbox.of(room))[0]?.state === 'failed')
  t.is((await alice.client.rooms.messages(room)).items.filter(({ kind }) => kind === 'text').length, 0)
  for (let one = 1; one < 200; one += 1) {
    await storage.put({ ...old, id: uuidv7(), state: 'failed', writtenAt: Date.now() })
  }
  const refused = await t.throwsAsync(outbox.add({ room, body: 'one too many' }))

  t.like(refused, { code: 'buffer_full' })
  await outbox.clear()
  t.deepEqual(await outbox.of(room), [])
})

test.serial('a tab that shares nothing with the others sends by itself', async (t) => {
  const alice = await enter(stack(), 'alice')
  const room = await roomFor(stack(), alice)
  const [first, second] = [alice.opens(t, memoryStorage()), alice.opens(t, memoryStorage())]
  await eventually(() => first.stream.connection.state === 'open' && second.stream.connection.state === 'open')

  for (const [body, { outbox }] of [['one', first] as const, ['two', second] as const]) {
    await outbox.add({ room, body })
    await eventually(async () => (await outbox.of(room)).length === 0)
  }

  const { items } = await alice.client.rooms.messages(room)
  t.deepEqual(
    items.filter(({ kind }) => kind === 'text').map(({ content }) => content?.['body']),
    ['one', 'two'],
  )
})

test.serial('what became of a message and could not be written down holds up nothing', async (t) => {
  const alice = await enter(stack(), 'alice')
  const room = await roomFor(stack(), alice)
  const { storage, failed } = failing(memoryStorage(), ['update'], 1)
  const { outbox } = alice.opens(t, storage)
  const told: Outgoing[] = []
  outbox.onChange(room, (message) => void told.push(message))

  await outbox.add({ room, body: 'one' })
  await outbox.add({ room, body: 'two' })
  await eventually(async () => (await outbox.of(room)).length === 0)

  t.true(failed())
  t.deepEqual(
    told.filter(({ state }) => state === 'stored').map(({ body }) => body),
    ['one', 'two'],
  )
})

test.serial('what was left is taken up as soon as it can be read', async (t) => {
  const alice = await enter(stack(), 'alice')
  const room = await roomFor(stack(), alice)
  const kept = memoryStorage()
  const left = { room, id: uuidv7(), turn: 1, body: 'left', state: 'sending' as const, writtenAt: Date.now() }
  await kept.put({ ...left, account: alice.account.id })
  const { storage, failed } = failing(kept, ['sweep', 'all'], 1)

  alice.opens(t, storage)
  await eventually(async () => (await kept.all(alice.account.id)).length === 0)

  t.true(failed())
  const { items } = await alice.client.rooms.messages(room)
  t.is(items.filter(({ kind }) => kind === 'text').length, 1)
})

test.serial('a message goes under another id once that one is written down, and not before', async (t) => {
  const alice = await enter(stack(), 'alice')
  const room = await roomFor(stack(), alice)
  const kept = memoryStorage()
  const inAnHour = Date.now() + 3_600_000
  const ahead = { room, id: uuidv7(inAnHour), turn: 1, body: 'ahead', state: 'sending' as const, writtenAt: inAnHour }
  await kept.put({ ...ahead, account: alice.account.id })
  const { storage, failed } = failing(kept, ['replace'], 2)

  const { outbox } = alice.opens(t, storage)
  await eventually(async () => (await outbox.of(room)).length === 0)

  t.true(failed())
  const { items } = await alice.client.rooms.messages(room)
  t.deepEqual(
    items.filter(({ kind }) => kind === 'text').map(({ content }) => content?.['body']),
    ['ahead'],
  )
})

test.serial('what is acknowledged while everything is forgotten does not come back', async (t) => {
  const alice = await enter(stack(), 'alice')
  const room = await roomFor(stack(), alice)
  const kept = memoryStorage()
  const written = Promise.withResolvers<void>()
  let forget: () => Promise<void> = async () => undefined
  const { outbox } = alice.opens(t, {
    ...kept,
    async update(message) {
      await forget()
      await kept.update(message)
      written.resolve()
    },
  })
  forget = () => outbox.clear()

  await outbox.add({ room, body: 'the last word' })
  await written.promise

  t.deepEqual(await kept.all(alice.account.id), [])
})
