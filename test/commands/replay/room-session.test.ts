import test from 'ava'
import * as fc from 'fast-check'
import assert from 'node:assert/strict'
import type { AccountId } from '../../../src/platform/ids.ts'
import { RoomSession } from '../../../src/commands/replay/room-session.ts'
import { ScheduledClient } from './scheduled-client.ts'
import { seeded } from '../../support/seeded.ts'

const alice = 1 as AccountId
const usual = [
  { weight: 5, arbitrary: fc.constantFrom('say', 'say three') },
  { weight: 3, arbitrary: fc.constantFrom('amend', 'cut', 'repeat', 'lose nothing') },
]
/** What is missing shows as a hole only where its place is not taken by an entry that an epoch has lost: so one or the other is lost. */
const someLost = fc.oneof(...usual, { weight: 1, arbitrary: fc.constant('lose') })
const epochsLose = fc.oneof(...usual, { weight: 2, arbitrary: fc.constantFrom('lose one', 'lose three') })
const steps = fc.oneof(...[someLost, epochsLose].map((step) => fc.array(step, { minLength: 3, maxLength: 30 })))
const lost = { 'lose nothing': 0, 'lose one': 1, 'lose three': 3 } as const

function take(client: ScheduledClient, taken: string): void {
  const { truth } = client
  if (taken === 'say') truth.say(alice)
  else if (taken === 'say three') for (const _ of [1, 2, 3]) truth.say(alice)
  else if (taken === 'amend') truth.amend(alice)
  else if (taken === 'cut') client.cut()
  else if (taken === 'lose') client.fate = 'is lost'
  else if (taken === 'repeat') client.fate = 'comes twice'
  else truth.beginEpoch(lost[taken as keyof typeof lost])
}

test('amendments that were missed behind the last message end the paging, since no page shows them', async (t) => {
  let pages = 0
  const session = new RoomSession({
    room: '7',
    line: {
      request: async () => ({ type: 'lost' }),
      async page() {
        pages += 1
        if (pages > 3) throw new Error('paged again and again')
        return []
      },
      onLimited: () => undefined,
    },
  })
  const entry = (seq: number, kind: string) =>
    session.hear({ type: 'entry', room: '7', epoch: 1, seq, id: `${seq}`, kind, content: {} })

  entry(1, 'text')
  entry(3, 'edit')
  await session.until('the edit', () => session.view.last.seq === 3, 5000)

  t.deepEqual(
    session.view.entries.map(({ kind }) => kind),
    ['text', 'folded', 'edit'],
  )
  t.is(pages, 1)
})

test('whatever is lost, doubled or late, pages and pushes together become the room, each entry once', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), steps, async (scheduler, taken) => {
      const client = new ScheduledClient(scheduler)
      client.session.connected()
      const live = async (): Promise<void> => {
        for (const each of taken) {
          await client.turn(each)
          take(client, each)
          void client.changed()
        }
      }
      void live()
      await scheduler.waitIdle()

      client.fate = 'comes'
      client.truth.say(alice)
      void client.changed()
      await scheduler.waitIdle()

      const { entries } = client.truth
      const seen = client.session.view.entries.map(({ epoch, seq, id, kind }, index) => {
        const isFolded = kind === 'folded' && entries[index]?.kind === 'edit'
        return isFolded ? entries[index]?.id : `${epoch}:${seq} ${id}`
      })
      const there = entries.map(({ epoch, seq, id }) => `${epoch}:${seq} ${id}`)
      assert.deepEqual(
        seen,
        there.map((text, index) => (seen[index] === entries[index]?.id ? seen[index] : text)),
      )
    }),
    seeded(600),
  )
  t.pass()
})
