import test from 'ava'
import * as fc from 'fast-check'
import assert from 'node:assert/strict'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { ScheduledListener, ScheduledRoom } from './scheduled-room.ts'
import { seeded } from '../support/seeded.ts'

const room = 7 as RoomId
const people = [1, 2, 3] as AccountId[]
const person = fc.constantFrom(0, 1, 2)
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('say'), speaker: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('subscribe'), person }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('unsubscribe'), person }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('epoch'), lost: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('put out'), person }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('fail'), times: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('close') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('store') }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function take(at: ScheduledRoom, taken: Step): void {
  const { truth, listeners } = at
  const listener = 'person' in taken ? listeners[taken.person] : undefined
  switch (taken.type) {
    case 'say':
      return truth.say(taken.speaker as AccountId)
    case 'subscribe':
      return void listener?.subscribe()
    case 'unsubscribe':
      return listener?.unsubscribe()
    case 'epoch':
      return truth.beginEpoch(taken.lost)
    case 'put out':
      return truth.putOut(listener?.account ?? people[0]!, truth.entries.length + 1)
    case 'fail':
      at.failures += taken.times
      return
    case 'close':
      return truth.close()
    case 'store':
      return truth.store()
    default:
      return taken satisfies never
  }
}

test('in whatever order things come to pass, each listener is told a prefix, and what nobody hears is let go', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { minLength: 3, maxLength: 30 }),
      fc.integer({ min: 1, max: 3 }),
      async (scheduler, steps, atOnce) => {
        const at = new ScheduledRoom(scheduler)
        const listeners = people.map((account) => new ScheduledListener(at, account))
        const live = async (): Promise<void> => {
          for (const taken of steps) {
            await at.turn(taken.type)
            take(at, taken)
            at.changed(atOnce)
          }
        }
        void live()
        await scheduler.waitIdle()
        if (at.faults.length > 0) throw at.faults[0]

        at.failures = 0
        for (const listener of listeners) if (!listener.isListening) void listener.subscribe()
        await scheduler.waitIdle()
        if (at.faults.length > 0) throw at.faults[0]
        for (const listener of listeners.filter(({ ending }) => ending !== 'put out')) {
          assert.equal(listener.ending, at.truth.isEnded ? 'closed' : 'none')
          assert.deepEqual(listener.view.entries.map(placeAndId), at.truth.entries.map(placeAndId))
        }

        for (const listener of listeners) listener.unsubscribe()
        await scheduler.waitIdle()
        assert.equal(at.channels.get(room), undefined)
        assert.deepEqual(at.open, { follows: 0, whispers: 0, beats: 0 })
      },
    ),
    seeded(400),
  )
  t.pass()
})

const placeAndId = ({ epoch, seq, id }: { epoch: number; seq: number; id: string }): string => `${epoch}:${seq} ${id}`
