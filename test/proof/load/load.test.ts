import test from 'ava'
import { History, readHistory } from '../../../proof/history/history.ts'
import type { Line, Send } from '../../../proof/history/line.ts'
import { startLoad } from '../../../proof/load/index.ts'
import type { LoadOptions } from '../../../proof/load/index.ts'
import { limitsForLoad } from '../../../proof/load/limits.ts'
import { CuttingProxy } from '../../support/cutting-proxy.ts'
import { eventually } from '../../support/eventually.ts'
import { stackOf } from '../../support/stack.ts'

const stack = stackOf(test, limitsForLoad)

function optionsOf(seed: number, changes: Partial<LoadOptions> = {}): LoadOptions {
  return {
    address: stack().address,
    servers: [stack().serverAddress('server-1'), stack().serverAddress('server-2')],
    ...{ seed, rooms: 2, people: 8, messagesPerSecond: 40, isTimelineIncluded: false },
    grantMentor: async (username) => {
      await stack().world.sql('accounts').where({ username }).update({ role: 'mentor' })
    },
    ...changes,
  }
}

interface Kept {
  id: string
  place: string
  by: string | null
  body: string | undefined
}

/** What people said in these rooms, as the rows have it. */
async function rowsOf(rooms: readonly string[]): Promise<Kept[]> {
  const { sql } = stack().world
  const rows: { id: string; epoch: number; seq: number; username: string; payload: Buffer }[] = await sql('messages')
    .join('accounts', 'accounts.id', 'messages.sender_id')
    .whereIn('room_id', rooms.map(Number))
    .select(['entry_id as id', 'epoch', 'seq', 'username', 'payload'])
  return rows.map(({ id, epoch, seq, username, payload }) => ({
    ...{ id, place: `${epoch}:${seq}`, by: username },
    body: payload.length === 0 ? undefined : JSON.parse(payload.toString()).body,
  }))
}

const isSend = (line: Line): line is Send => line.what === 'send'
const sendsIn = (lines: readonly Line[], outcome: Send['outcome']): Send[] =>
  lines.filter(isSend).filter((line) => line.outcome === outcome)

test.serial('a load writes down exactly what the rows have, and everybody hears all of it', async (t) => {
  t.timeout(60_000)
  const history = new History()
  const load = await startLoad(optionsOf(1), history)

  await eventually(() => load.counts().acked >= 80, 30_000)
  await load.finish(30_000)
  await load.stop()

  const acked = sendsIn(history.lines, 'ok')
  const rows = new Map((await rowsOf(load.rooms())).map((row) => [row.id, row]))
  t.is(load.rooms().length, 2)
  t.true(acked.length >= 80)
  t.is(rows.size, new Set(acked.map(({ id }) => id)).size)
  for (const { id, epoch, seq, by, kind, body } of acked) {
    const row = rows.get(id)
    t.like(row, { place: `${epoch}:${seq}`, by })
    if (kind === 'text' && row?.body !== undefined) t.is(row.body, body)
  }
  const known = new Set(acked.map(({ id }) => id))
  // On a machine that has much else to do an answer may come too late for who waits for it.
  t.deepEqual(
    sendsIn(history.lines, 'unknown').filter(({ id }) => !known.has(id)),
    [],
  )
  t.true(history.lines.filter(({ what }) => what === 'close').length >= 4, 'two clients close each room')
  const heard = new Set(history.lines.map((line) => (line.what === 'heard' ? line.id : undefined)))
  t.deepEqual(
    acked.filter(({ id }) => !heard.has(id)),
    [],
  )
  const settled = history.lines.filter(({ what }) => what === 'settled')
  t.true(settled.length >= 6, 'who listened until the end claims to have heard everything')
  t.deepEqual(
    history.lines.filter(({ what }) => what === 'log'),
    [],
  )
})

test.serial(
  'what was under way when connections broke is unknown, and is repeated under its id until it is known',
  async (t) => {
    t.timeout(60_000)
    let isThere = true
    const proxy = await CuttingProxy.open(() => (isThere ? stack().address : undefined))
    t.teardown(() => proxy.close())
    const history = new History()
    const load = await startLoad(optionsOf(2, { address: proxy.address, servers: [] }), history)

    await eventually(() => {
      proxy.cut()
      return load.counts().unknown >= 5
    }, 30_000)
    isThere = false
    proxy.cut()
    await eventually(() => load.counts().connected === 0)
    isThere = true
    await load.finish(30_000)
    await load.stop()

    const unknown = sendsIn(history.lines, 'unknown')
    const acked = new Set(sendsIn(history.lines, 'ok').map(({ id }) => id))
    t.true(unknown.length >= 5)
    t.true(unknown.every(({ code, ended }) => code !== undefined && ended !== undefined))
    const failed = new Set(sendsIn(history.lines, 'fail').map(({ id }) => id))
    t.deepEqual(
      unknown.filter(({ id }) => !acked.has(id) && !failed.has(id)),
      [],
    )
    t.true(
      unknown.some(({ id }) => acked.has(id)),
      'a repeat is a line of its own',
    )
    const rows = await rowsOf(load.rooms())
    t.is(new Set(rows.map(({ id }) => id)).size, rows.length)
    for (const id of acked) t.true(rows.some((row) => row.id === id))
  },
)

test.serial(
  'posts, comments, likes, pictures and streams are part of it when they are wanted, and rooms come and go',
  async (t) => {
    t.timeout(60_000)
    const history = new History()
    const options = optionsOf(4, { isTimelineIncluded: true, messagesPerSecond: 100, roomLifeMs: 400 })
    const load = await startLoad(options, history)

    const wanted = ['post', 'comment', 'like', 'upload', 'told'] as const
    await eventually(() => wanted.every((what) => history.lines.some((line) => line.what === what)), 30_000)
    await eventually(() => load.rooms().length > 3, 30_000)
    await load.finish(30_000)
    await load.stop()

    const { sql } = stack().world
    const posts = history.lines.flatMap((line) => (line.what === 'post' && line.outcome === 'ok' ? [line.id] : []))
    t.is((await sql('posts').whereIn('id', posts.map(Number)).select('id')).length, new Set(posts).size)
    const told = new Set(history.lines.map((line) => (line.what === 'told' ? line.post : undefined)))
    t.deepEqual(
      posts.filter((post) => !told.has(post)),
      [],
    )
    const states = await sql('end_room').whereIn('room_id', load.rooms().map(Number)).select('state')
    t.is(states.length, load.rooms().length)
    t.true(states.every(({ state }) => state === 'sealed'))
    t.deepEqual(load.advice(), [])
  },
)

test.serial('where no room can be opened for a while people talk again as soon as one can', async (t) => {
  t.timeout(90_000)
  const { sql } = stack().world
  const mentors: string[] = []
  const grantMentor = async (username: string): Promise<void> => {
    mentors.push(username)
    await sql('accounts').where({ username }).update({ role: 'mentor' })
  }
  const history = new History()
  const load = await startLoad(optionsOf(6, { roomLifeMs: 400, grantMentor }), history)
  t.teardown(() => load.stop())
  const refused = (): Line | undefined => history.lines.find(({ what }) => what === 'log')

  await sql('accounts').whereIn('username', mentors).update({ role: 'member' })
  await eventually(refused, 30_000)
  await eventually(() => load.settled().length === load.rooms().length, 30_000)
  const before = new Set(load.rooms())
  await sql('accounts').whereIn('username', mentors).update({ role: 'mentor' })
  const isSaidLater = (line: Line): boolean => isSend(line) && line.outcome === 'ok' && !before.has(line.room)
  await eventually(() => history.lines.some(isSaidLater), 30_000)
  await load.finish(30_000)
  await load.stop()

  t.like(refused(), { name: 'load', detail: 'no room could be opened: room: forbidden' })
  t.deepEqual([...load.settled()].toSorted(), [...load.rooms()].toSorted())
})

test.serial('a history in a file is read back as it was written', async (t) => {
  const file = `${stack().world.config.TRANSCRIPTS_FOLDER}.history.jsonl`
  const history = new History(file)
  const load = await startLoad(optionsOf(5), history)

  await eventually(() => load.counts().acked >= 10, 30_000)
  await load.stop()
  await history.close()

  t.deepEqual(readHistory(file), JSON.parse(JSON.stringify(history.lines)))
})
