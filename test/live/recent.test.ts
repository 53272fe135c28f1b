import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import type { PlacedEvent, RecentEvent } from '../../src/live/event.ts'
import { RecentEvents } from '../../src/live/recent.ts'

function happening(position: number): PlacedEvent {
  const data = JSON.stringify({ post: String(position), likeCount: 1 })
  return { position, topic: 'timeline', type: 'likes.changed', audience: undefined, actor: undefined, data }
}

function held(recent: RecentEvents, after: number): RecentEvent[] {
  const lack = recent.after(after, Infinity)
  return lack.type === 'events' ? lack.events : []
}

test('events that are held take the memory that is counted for them, whatever else was in memory when they came', (t) => {
  const recent = new RecentEvents({ maxEvents: 1000, maxBytes: 1_000_000 })

  for (let position = 1; position <= 500; position += 1) {
    recent.add(happening(position))
    for (let others = 0; others < 20; others += 1) Buffer.from('what passes through a server beside it'.repeat(50))
  }

  const buffers = held(recent, 0).map(({ bytes }) => bytes ?? Buffer.alloc(0))
  const counted = buffers.reduce((sum, { length }) => sum + length, 0)
  const kept = [...new Set(buffers.map(({ buffer }) => buffer))].reduce((sum, { byteLength }) => sum + byteLength, 0)
  t.is(buffers.length, 500)
  t.true(counted > 10_000)
  t.is(kept, counted)
})

test('an event that is no longer held is freed at once', async (t) => {
  const recent = new RecentEvents({ maxEvents: 100, maxBytes: 1_000_000 })
  const first = new WeakRef(recent.add(happening(1)))

  for (let position = 2; position <= 101; position += 1) recent.add(happening(position))

  t.false(recent.reaches(0))
  t.is(held(recent, 1).length, 100)
  await new Promise((resolve) => setImmediate(resolve))
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  t.is(first.deref(), undefined)
})
