import test from 'ava'
import { GatheredEvents } from '../../src/chat/gathered-events.ts'
import type { Entry, RoomEvent } from '../../src/ledger/index.ts'
import type { RoomId } from '../../src/platform/ids.ts'
import type { Log } from '../../src/platform/log.ts'

const room = 7 as RoomId
const entries = (epoch: number, ...seqs: number[]): RoomEvent => ({
  ...{ type: 'entries', epoch },
  entries: seqs.map((seq) => ({ epoch, seq }) as Entry),
})
const epoch: RoomEvent = { type: 'epoch', epoch: 2, keptUpTo: { epoch: 1, seq: 3 } }
const stored: RoomEvent = { type: 'stored', place: { epoch: 1, seq: 2 } }

function stage(tell: (event: RoomEvent) => void) {
  const ends: (() => void)[] = []
  const errors: unknown[] = []
  const log = { error: (facts: unknown) => void errors.push(facts) } as unknown as Log
  const events = new GatheredEvents({ log, atEndOfTurn: (end) => void ends.push(end) }, room, tell)
  return { events, errors, ends, endTurn: () => ends.splice(0).forEach((end) => end()) }
}

test('batches that came in one turn are told as one, at its end, and nothing else changes its place', (t) => {
  const told: RoomEvent[] = []
  const { events, ends, endTurn } = stage((event) => void told.push(event))

  for (const event of [entries(1, 1), entries(1, 2, 3), stored, entries(1, 4), epoch, entries(2, 4), entries(2, 5)]) {
    events.hear(event)
  }
  t.deepEqual([told.length, ends.length], [0, 1])
  endTurn()

  t.deepEqual(told, [entries(1, 1, 2, 3), stored, entries(1, 4), epoch, entries(2, 4, 5)])
  events.hear(entries(2, 6))
  endTurn()
  t.deepEqual(told.at(-1), entries(2, 6), 'the next turn has its own')
})

test('what cannot be told is logged, and what came behind it is told', (t) => {
  const told: RoomEvent[] = []
  const { events, errors, endTurn } = stage((event) => {
    if (event.type === 'stored') throw new Error('a defect')
    told.push(event)
  })

  for (const event of [entries(1, 1), stored, entries(1, 2)]) events.hear(event)
  endTurn()

  t.deepEqual(told, [entries(1, 1), entries(1, 2)])
  t.like(errors, [{ room, err: { message: 'a defect' } }])
})

test('a room that nobody listens to any more tells nothing of what it had gathered', (t) => {
  const told: RoomEvent[] = []
  const { events, endTurn } = stage((event) => void told.push(event))

  events.hear(entries(1, 1))
  events.stop()
  endTurn()

  t.deepEqual(told, [])
})
