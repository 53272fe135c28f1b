import test from 'ava'
import { ApiProblem } from '../../web/src/api/problem.ts'
import type { MessageRange } from '../../web/src/api/rooms.ts'
import type { Message, MessagePage } from '../../web/src/api/types.ts'
import { RoomLog } from '../../web/src/rooms/model/log.ts'
import { RoomPages } from '../../web/src/rooms/visit/room-pages.ts'

/** A long room as the REST side has it. Every third entry amends another one, so that places of messages are not next to each other. */
class LongRoom {
  readonly asked: MessageRange[] = []
  trouble: ApiProblem | undefined
  readonly #messages: Message[]
  readonly #head: number

  constructor(head: number) {
    this.#head = head
    this.#messages = Array.from({ length: head }, (_, at) => at + 1)
      .filter((seq) => seq % 3 !== 0)
      .map((seq) => ({
        ...{ epoch: 1, seq, id: `id-${seq}`, kind: 'text', from: 'bob', at: new Date(seq * 1000).toISOString() },
        ...{ content: { body: `said ${seq}` }, pictures: [], reactions: [] },
      }))
  }

  async ask(range: MessageRange): Promise<MessagePage> {
    this.asked.push(range)
    if (this.trouble !== undefined) throw this.trouble
    const { limit = 20 } = range
    const isForward = 'after' in range
    const after = isForward ? seqOf(range.after) : 0
    const before = !isForward && range.before !== undefined ? seqOf(range.before) : Infinity
    const all = this.#messages.filter(({ seq }) => seq > after && seq < before)
    const items = isForward ? all.slice(0, limit) : all.slice(-limit)
    const edge = isForward ? items.at(-1) : items[0]
    const next =
      items.length === all.length || edge === undefined ? {} : { [isForward ? 'after' : 'before']: `1:${edge.seq}` }
    return { items, page: next, people: [], head: { epoch: 1, seq: this.#head, stored: this.#head, state: 'open' } }
  }

  get seqs(): number[] {
    return this.#messages.map(({ seq }) => seq)
  }
}

const seqOf = (place: string): number => Number(place.split(':')[1])

async function entered(head: number) {
  const room = new LongRoom(head)
  const log = new RoomLog('alice')
  const pages = new RoomPages({ log, ask: (range) => room.ask(range), onPage: () => undefined })
  await pages.readNewest()
  const known = (): number[] => log.rows.map(({ seq }) => seq)
  return { room, log, pages, known }
}

test('a message that is far back is read by one page, with what stands around it', async (t) => {
  const { room, log, pages, known } = await entered(9000)
  const newest = known()

  const row = await pages.find({ epoch: 1, seq: 400 })

  t.is(row?.id, 'id-400')
  t.is(room.asked.length, 2)
  t.true(
    known().filter((seq) => seq < 400).length >= 20 && known().filter((seq) => seq > 400 && seq < 500).length >= 10,
  )
  t.deepEqual(known().slice(-newest.length), newest)
  const [hole, ...more] = log.holes
  t.deepEqual(more, [])
  t.true(hole !== undefined && hole.from > 400 && hole.to === newest[0]! - 1)
  t.true(pages.hasOlder.value)
})

test('a hole is read from the side on which somebody comes, until nothing is missing', async (t) => {
  const { room, log, pages, known } = await entered(1200)
  await pages.find({ epoch: 1, seq: 40 })
  const [begun] = log.holes

  await pages.readInto(log.holes[0]!, 'above')
  t.is(log.holes[0]?.to, begun?.to)
  t.true(log.holes[0]!.from > begun!.from)
  await pages.readInto(log.holes[0]!, 'below')
  t.true(log.holes[0]!.to < begun!.to)
  for (let turn = 0; log.holes.length > 0 && turn < 50; turn += 1) await pages.readInto(log.holes[0]!, 'below')
  while (pages.hasOlder.value) await pages.loadOlder()

  t.deepEqual(known(), room.seqs)
})

test('who looks for one message after the other reads each neighbourhood once, within a hole too', async (t) => {
  const { room, log, pages, known } = await entered(3000)
  await pages.find({ epoch: 1, seq: 1000 })
  await pages.find({ epoch: 1, seq: 1999 })
  await pages.find({ epoch: 1, seq: 1000 })
  await pages.find({ epoch: 1, seq: 2 })

  t.is(room.asked.length, 4)
  t.is(log.holes.length, 3)
  t.false(pages.hasOlder.value)
  for (let turn = 0; log.holes.length > 0 && turn < 50; turn += 1) await pages.readInto(log.holes[0]!, 'above')
  t.deepEqual(known(), room.seqs)
})

test('what is not kept is not found, and nobody is asked for it where everything is known', async (t) => {
  const { room, pages } = await entered(60)
  while (pages.hasOlder.value) await pages.loadOlder()
  const { length } = room.asked

  t.is(await pages.find({ epoch: 1, seq: 30 }), undefined)
  t.is(await pages.find({ epoch: 7, seq: 31 }), undefined)
  t.is(await pages.find({ epoch: 1, seq: 900 }), undefined)
  t.is(room.asked.length, length)
})

test('what could not be read is said, and can be tried again', async (t) => {
  const { room, log, pages } = await entered(1200)
  room.trouble = new ApiProblem({ code: 'offline' })
  await t.throwsAsync(pages.find({ epoch: 1, seq: 40 }), { instanceOf: ApiProblem })
  t.deepEqual(log.holes, [])
  room.trouble = undefined
  await pages.find({ epoch: 1, seq: 40 })
  room.trouble = new ApiProblem({ code: 'unavailable', status: 503 })
  const before = log.holes

  await pages.readInto(log.holes[0]!, 'above')
  t.is(pages.holeTrouble.value?.code, 'unavailable')
  t.deepEqual(log.holes, before)
  t.false(pages.isReadingHole.value)
  room.trouble = undefined
  await pages.readInto(log.holes[0]!, 'above')

  t.is(pages.holeTrouble.value, undefined)
  t.notDeepEqual(log.holes, before)
})

test('what was missed is read by itself; a hole elsewhere waits until somebody comes there', async (t) => {
  const { log, pages } = await entered(1200)
  await pages.find({ epoch: 1, seq: 40 })
  const [far] = log.holes
  log.tellHole({ from: { epoch: 1, seq: 1150 }, to: { epoch: 1, seq: 1180 } })

  await pages.readMissed({ from: 1151, to: 1180 })

  t.deepEqual(log.holes, [far!])
})
