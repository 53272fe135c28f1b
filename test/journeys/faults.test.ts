import test from 'ava'
import type { ReplayProgress } from '../../src/commands/replay/run.ts'
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

/** Runs `then` once, when so many lines were acknowledged, and says how many had been when it was over. */
function atLine(line: number, then: () => Promise<void>): { progress: ReplayProgress; ended: Promise<number> } {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let spoken = 0
  const progress: ReplayProgress = () => ({
    spoken() {
      spoken += 1
      if (spoken === line) then().then(() => resolve(spoken), reject)
    },
    end: () => undefined,
  })
  return { progress, ended: promise }
}

for (const part of ['server-1', 'server-2', 'worker-1', 'redis'] as const) {
  test.serial(`${part} is killed while people speak and while the room closes: all is sealed`, async (t) => {
    t.timeout(60_000)
    const crashed = atLine(20, () => crash(part))
    let crashedAgain: Promise<void> | undefined

    const { rooms, faults } = await replaySample(stack(), ['courtyard.txt'], {
      linesPerSecond: 50,
      progress: crashed.progress,
      async onAllSpoken() {
        await crashed.ended
        await stack().kill(part)
        crashedAgain = stack().start(part)
      },
    })
    await crashedAgain

    t.deepEqual(faults, [])
    const [room] = rooms
    t.like(room, { sent: 113, acked: 113, stored: 113, state: 'sealed', verdict: 'holds' })
    t.true((await crashed.ended) < 113, 'it must have been back before everything was said')
    if (part === 'redis') t.true((room?.epochs ?? 0) > 1, 'the receipt names the epochs it went through')
  })
}

for (const part of ['server-1', 'server-2', 'redis'] as const) {
  test.serial(`when ${part} is back, everybody hears the next entry within 2 seconds`, async (t) => {
    t.timeout(60_000)
    const crowd = new Crowd(stack())
    t.teardown(() => crowd.leave())
    const mentor = await crowd.visitor(`mentor_${part.replace('-', '_')}`, 'mentor')
    const room = await openRoom(mentor.person, { name: 'yard', topic: '', seats: 10 })
    const names = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank']
    const people = await Promise.all(names.map((name) => crowd.visitor(`${name}_${part.replace('-', '_')}`)))
    const sessions = await Promise.all(people.map((visitor) => visitor.join(room)))
    const [alice] = sessions
    if (alice === undefined) throw new Error('nobody is there')
    await alice.say('before')
    const heard = (seq: number) =>
      Promise.all(sessions.map((session) => session.until(`seq ${seq}`, () => session.view.last.seq >= seq, 10_000)))
    await heard(alice.outbox.said[0]?.place?.seq ?? 0)

    await stack().kill(part)
    if (part === 'redis') await stack().world.redis.start()
    else await stack().start(part)
    const backAt = performance.now()
    const said = await alice.say('after')
    await heard(said.place?.seq ?? 0)
    const tookMs = performance.now() - backAt

    t.log(`${Math.round(tookMs)} ms`)
    t.true(tookMs < 2000, `${Math.round(tookMs)} ms`)
    for (const session of sessions) {
      t.deepEqual(
        session.view.entries.map((entry) => entry.seq),
        alice.view.entries.map((_, index) => index + 1),
      )
    }
  })
}
