import test from 'ava'
import type { Saying } from '../../src/commands/replay/outbox.ts'
import { Crowd, openRoom } from '../support/clients.ts'
import { replaySample } from '../support/replay.ts'
import { stackOf } from '../support/stack.ts'
import type { PartName } from '../support/stack.ts'

const stack = stackOf(test)

/** Kills a part and brings it back. */
async function crash(part: PartName): Promise<void> {
  await stack().kill(part)
  await stack().start(part)
}

/** Lets a crash happen while lines are said: it begins before one line, and has ended before another. */
function crashBetween(from: number, to: number, part: PartName) {
  let line = 0
  let crashed: Promise<void> | undefined
  return async (): Promise<void> => {
    line += 1
    if (line === from) crashed = crash(part)
    if (line >= to) await crashed
  }
}

for (const part of ['server-1', 'server-2', 'worker-1', 'redis'] as const) {
  test.serial(`${part} is killed while people speak and while the room closes: all is sealed`, async (t) => {
    t.timeout(180_000)
    let crashedAgain: Promise<void> | undefined

    const { rooms, faults } = await replaySample(stack(), ['courtyard.txt'], {
      beforeLine: crashBetween(20, 60, part),
      async onAllSpoken() {
        await stack().kill(part)
        crashedAgain = stack().start(part)
      },
    })
    await crashedAgain

    t.deepEqual(faults, [])
    const [room] = rooms
    t.like(room, { sent: 113, acked: 113, stored: 113, state: 'sealed', verdict: 'holds' })
    if (part === 'redis') t.true((room?.epochs ?? 0) > 1, 'the receipt names the epochs it went through')
  })
}

const outages: readonly { what: string; happen: () => Promise<void> }[] = [
  { what: 'a server', happen: () => crash('server-1') },
  {
    what: 'both servers, one after the other',
    async happen() {
      await crash('server-1')
      await crash('server-2')
    },
  },
  {
    what: 'Redis',
    async happen() {
      await stack().kill('redis')
      await stack().world.redis.start()
    },
  },
]

for (const [index, { what, happen }] of outages.entries()) {
  test.serial(`when ${what} came back, everybody hears the next entry, and has heard all before it`, async (t) => {
    t.timeout(180_000)
    const crowd = new Crowd(stack())
    t.teardown(() => crowd.leave())
    const mentor = await crowd.visitor(`mentor_${index}`, 'mentor')
    const room = await openRoom(mentor.person, { name: 'yard', topic: '', seats: 10 })
    const names = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank']
    const people = await Promise.all(names.map((name) => crowd.visitor(`${name}_${index}`)))
    const sessions = await Promise.all(people.map((visitor) => visitor.join(room)))
    const [alice] = sessions
    if (alice === undefined) return t.fail()
    const allHear = async ({ place }: Saying): Promise<void> => {
      const seq = place?.seq ?? Infinity
      await Promise.all(sessions.map((session) => session.until('it', () => session.view.last.seq >= seq, 30_000)))
    }
    await allHear(await alice.say('before'))

    await happen()
    const backAt = performance.now()
    await allHear(await alice.say('after'))
    const tookMs = Math.round(performance.now() - backAt)

    t.log(`${tookMs} ms`)
    for (const { view } of sessions) {
      t.deepEqual(
        view.entries.map((entry) => entry.seq),
        alice.view.entries.map((_, seq) => seq + 1),
      )
    }
  })
}
