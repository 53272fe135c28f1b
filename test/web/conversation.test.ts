import test from 'ava'
import type { ExecutionContext } from 'ava'
import { CuttingProxy } from '../support/cutting-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { stackOf } from '../support/stack.ts'
import { uuidv7 } from '../../web/src/api/uuidv7.ts'
import { RoomLog, enter, roomFor } from './guests.ts'

const stack = stackOf(test, { FLUSH_AGE_SECONDS: 1, RESUME_MAX_ENTRIES: 50 }, { hasRandomServers: true })

test.serial('two people on two servers talk through the client, and both have all of it in one order', async (t) => {
  const alice = await enter(stack(), 'alice', { origin: stack().serverAddress('server-1') })
  const bob = await enter(stack(), 'bob', { origin: stack().serverAddress('server-2') })
  const room = await roomFor(stack(), alice, bob)
  const [near, far] = [alice.opens(t), bob.opens(t)]
  const [atAlice, atBob] = [new RoomLog(alice, near.socket, room), new RoomLog(bob, far.socket, room)]

  for (let turn = 0; turn < 10; turn += 1) {
    await near.outbox.add({ room, body: `alice ${turn}` })
    await far.outbox.add({ room, body: `bob ${turn}` })
  }
  await eventually(() => atAlice.said.length === 20 && atBob.said.length === 20)

  t.deepEqual(atAlice.said, atBob.said)
  t.deepEqual(
    atBob.said.filter((body) => body.startsWith('alice')),
    Array.from({ length: 10 }, (_, turn) => `alice ${turn}`),
  )
  await eventually(async () => (await near.outbox.of(room)).length === 0)
  t.is(atAlice.gaps + atBob.gaps, 0)
})

test.serial('what one changes is told as an entry of its own, acknowledged once', async (t) => {
  const alice = await enter(stack(), 'alice')
  const room = await roomFor(stack(), alice)
  const { socket } = alice.opens(t)
  const log = new RoomLog(alice, socket, room)
  await eventually(() => log.isReady)
  const { epoch, seq } = await socket.send(room, { id: uuidv7(socket.now()), body: 'hello' })
  const target = `${epoch}:${seq}`

  const edited = await socket.change({ type: 'edit', room, target, body: 'hello there' })
  const reacted = await socket.change({ type: 'react', room, target, emoji: '🌿', action: 'add' })
  const refused = await t.throwsAsync(socket.change({ type: 'edit', room, target: `${epoch}:1`, body: 'no' }))

  await eventually(() => log.told.some((entry) => entry.seq === reacted.seq))
  t.deepEqual(
    log.told.slice(-2).map(({ kind, seq: place }) => [kind, place]),
    [
      ['edit', edited.seq],
      ['react', reacted.seq],
    ],
  )
  t.truthy(refused)
})

test.serial(
  'a server dies again and again in the middle of a conversation: each word arrives once, and in order',
  async (t) => {
    t.timeout(180_000)
    const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
    const room = await roomFor(stack(), alice, bob)
    const [near, far] = [alice.opens(t), bob.opens(t)]
    const [atAlice, atBob] = [new RoomLog(alice, near.socket, room), new RoomLog(bob, far.socket, room)]
    const said: string[] = []
    const say = async (): Promise<void> => {
      said.push(`word ${said.length}`)
      await near.outbox.add({ room, body: said.at(-1) ?? '' })
    }

    for (const server of ['server-1', 'server-2'] as const) {
      for (let turn = 0; turn < 10; turn += 1) await say()
      await stack().kill(server)
      for (let turn = 0; turn < 10; turn += 1) await say()
      await eventually(() => atBob.said.length === said.length && atAlice.said.length === said.length)
      await stack().start(server)
    }

    t.deepEqual(atBob.said, said)
    t.deepEqual(atAlice.said, said)
    t.true(near.socket.connection.state === 'open')
  },
)

test.serial('after an absence longer than a resume tells, the hole is named and paged through', async (t) => {
  const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
  const room = await roomFor(stack(), alice, bob)
  const { socket } = alice.opens(t)
  for (let turn = 0; turn < 60; turn += 1) {
    await bob.client.rooms.send(room, { id: uuidv7(), body: `line ${turn}` })
  }

  const log = new RoomLog(alice, socket, room)
  await eventually(() => log.said.length === 60)

  t.is(log.gaps, 1)
  t.deepEqual(
    log.said,
    Array.from({ length: 60 }, (_, turn) => `line ${turn}`),
  )
})

test.serial('Redis dies in the middle of a conversation: what was acknowledged arrives once', async (t) => {
  t.timeout(180_000)
  const [alice, bob] = [await enter(stack(), 'alice'), await enter(stack(), 'bob')]
  const room = await roomFor(stack(), alice, bob)
  const [near, far] = [alice.opens(t), bob.opens(t)]
  const log = new RoomLog(bob, far.socket, room)
  const said = Array.from({ length: 30 }, (_, turn) => `word ${turn}`)

  for (const body of said.slice(0, 10)) await near.outbox.add({ room, body })
  await stack().kill('redis')
  for (const body of said.slice(10)) await near.outbox.add({ room, body })
  await stack().start('redis')
  await eventually(() => log.said.length === said.length)

  t.deepEqual(log.said, said)
  await eventually(async () => (await near.outbox.of(room)).length === 0)
})

test.serial('who is put out of a room hears why, and nothing more', async (t) => {
  const alice = await enter(stack(), 'alice')
  const mentor = await enter(stack(), 'mentor', { role: 'mentor' })
  const { id: room } = await mentor.client.rooms.open({ name: 'The well', seats: 5 }, crypto.randomUUID())
  await alice.client.rooms.join(room)
  const { socket } = alice.opens(t)
  const log = new RoomLog(alice, socket, room)
  await eventually(() => log.isReady)

  await mentor.client.rooms.kick(room, alice.account.username)
  await eventually(() => log.ended !== undefined)
  const again = new RoomLog(alice, socket, room)
  await eventually(() => again.ended !== undefined)

  t.is(log.ended, 'kicked')
  t.is(again.ended, 'forbidden')
})

/** What goes over the sockets that are opened from now on, in its order: `read 7` was sent, `subscribed 7` was heard. */
function watchFrames(t: ExecutionContext): string[] {
  const frames: string[] = []
  const { WebSocket: Real } = globalThis
  const note = (text: string, type: string): void => {
    const frame = JSON.parse(text) as { type: string; room?: string }
    if (frame.type === type) frames.push(`${type} ${frame.room}`)
  }
  globalThis.WebSocket = class extends Real {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      this.addEventListener('message', ({ data }) => note(String(data), 'subscribed'))
    }

    override send(sent: string): void {
      note(sent, 'read')
      super.send(sent)
    }
  }
  t.teardown(() => (globalThis.WebSocket = Real))
  return frames
}

test.serial(
  'what was read while cut off is told of a room that is listened to when it is, and of a closed one',
  async (t) => {
    const network = await CuttingProxy.open(() => stack().address)
    t.teardown(() => network.close())
    const alice = await enter(stack(), 'alice', { role: 'mentor' })
    const { client, opens } = await enter(stack(), 'bob', { origin: network.address })
    const withWord = async (name: string) => {
      const { id } = await alice.client.rooms.open({ name, seats: 5 }, crypto.randomUUID())
      await client.rooms.join(id)
      const { epoch, seq } = await alice.client.rooms.send(id, { id: uuidv7(), body: 'good night' })
      return { id, place: { epoch, seq } }
    }
    const [open, closed] = [await withWord('The well'), await withWord('The attic')]
    await alice.client.rooms.close(closed.id)
    await eventually(async () => (await client.rooms.one(closed.id)).state === 'closed')
    const frames = watchFrames(t)
    const { socket } = opens(t)
    socket.listen(open.id, {}, open.place)
    await eventually(() => frames.includes(`subscribed ${open.id}`))
    const unread = async (room: string): Promise<number> => (await client.rooms.one(room)).me.unread
    t.deepEqual([frames.length, await unread(open.id), await unread(closed.id)], [1, 1, 1])

    socket.onConnection(({ state }) => {
      if (state !== 'open') for (const { id, place } of [open, closed]) socket.read(id, place)
    })
    network.cut()
    await eventually(async () => (await unread(open.id)) + (await unread(closed.id)) === 0)

    t.deepEqual(
      frames.slice(1).toSorted(),
      [`read ${open.id}`, `read ${closed.id}`, `subscribed ${open.id}`].toSorted(),
    )
    t.true(frames.lastIndexOf(`subscribed ${open.id}`) < frames.indexOf(`read ${open.id}`))
  },
)
