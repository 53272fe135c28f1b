import test from 'ava'
import { randomUUIDv7 } from 'node:crypto'
import { z } from 'zod'
import type { Person } from '../support/clients.ts'
import { Crowd, RawSocket, closeRoom, finalClosing, openRoom, takeSeat } from '../support/clients.ts'
import { stackOf } from '../support/stack.ts'

const stack = stackOf(test)
const messages = 10_000

const page = z.object({
  items: z.array(z.object({ seq: z.int(), kind: z.string(), content: z.object({ body: z.string().optional() }) })),
  page: z.object({ before: z.string().optional() }),
})
type Item = z.output<typeof page>['items'][number]

/** Everything, newest page first, as somebody reads who scrolls up. */
async function readBackwards(person: Person, room: string): Promise<{ items: Item[]; pages: number }> {
  const items: Item[] = []
  let pages = 0
  for (let before: string | undefined = ''; before !== undefined; pages += 1) {
    const path = `/v1/rooms/${room}/messages?limit=100${before === '' ? '' : `&before=${before}`}`
    const answer = page.parse(await person.call({ method: 'GET', path }))
    items.unshift(...answer.items)
    before = answer.page.before
  }
  return { items, pages }
}

test.serial(
  'a room of 10,000 messages is opened late, read backwards by pages, resumed by gap, and closed',
  async (t) => {
    t.timeout(60_000)
    const crowd = new Crowd(stack())
    t.teardown(() => crowd.leave())
    const mentor = await crowd.visitor('minji', 'mentor')
    const [alice, bob] = await Promise.all([crowd.visitor('alice'), crowd.visitor('bob')])
    const room = await openRoom(mentor.person, { name: 'a long day', topic: '', seats: 10 })
    await takeSeat(alice.person, room)
    const speaker = await RawSocket.open(stack().address, alice.person)
    t.teardown(() => speaker.close())

    for (let n = 1; n <= messages; n += 500) {
      const lines = Array.from({ length: 500 }, (_, index) => `line ${n + index}`)
      const acks = await Promise.all(lines.map((body) => speaker.ask({ type: 'send', room, id: randomUUIDv7(), body })))
      if (acks.some((ack) => ack.type !== 'ack')) return t.fail(JSON.stringify(acks.find((ack) => ack.type !== 'ack')))
    }
    const late = await bob.join(room)
    const { items, pages } = await readBackwards(bob.person, room)
    const head = items.at(-1)?.seq ?? 0
    await late.until('all of it', () => late.view.last.seq >= head, 30_000)

    const expected = Array.from({ length: messages }, (_, index) => `line ${index + 1}`)
    t.true(pages >= messages / 100)
    t.deepEqual(
      items.map((item) => item.seq),
      Array.from({ length: head }, (_, index) => index + 1),
    )
    t.deepEqual(
      items.filter((item) => item.kind === 'text').map((item) => item.content.body),
      expected,
    )
    t.true(late.gaps > 0, 'he was too far behind to be told everything over the socket')
    t.deepEqual(
      late.view.entries.filter((entry) => entry.kind === 'text').map((entry) => entry.body),
      expected,
    )

    const { lastSeq = 0 } = await closeRoom(mentor.person, room)
    t.like(await finalClosing(mentor.person, room, 30_000), { state: 'sealed', lastSeq })
    const closed = await readBackwards(bob.person, room)
    t.is(closed.items.length, lastSeq)
  },
)
