import test from 'ava'
import { judge } from '../../../src/commands/replay/judge.ts'
import type { StoredLine, Testimony } from '../../../src/commands/replay/judge.ts'
import type { Saying } from '../../../src/commands/replay/outbox.ts'

const alice = '1'

function stored(seq: number, body: string, more: Partial<StoredLine> = {}): StoredLine {
  return { seq, epoch: 1, sender: alice, id: body, kind: 'text', body, ...more }
}

function saying(seq: number, body: string): Saying {
  return { id: body, body, place: { epoch: 1, seq }, isStored: false }
}

function testimony(changes: Partial<Testimony> = {}): Testimony {
  const lines = [stored(1, 'a'), stored(2, 'b'), stored(3, 'closed', { kind: 'closed', sender: '0' })]
  return {
    lines,
    spoken: [{ who: 'alice', account: alice, sayings: [saying(1, 'a'), saying(2, 'b')] }],
    heard: [{ who: 'bob', entries: lines }],
    ...changes,
  }
}

test('a room in which all is as it should be has no faults', (t) => {
  t.deepEqual(judge(testimony()), [])
})

const cases: Record<string, [Partial<Testimony>, RegExp]> = {
  'a line that was acknowledged and is not stored': [
    { spoken: [{ who: 'alice', account: alice, sayings: [saying(1, 'a'), saying(2, 'b'), saying(9, 'c')] }] },
    /alice: c was acknowledged and is not stored/,
  ],
  'a line that is stored at the place of another': [
    { spoken: [{ who: 'alice', account: alice, sayings: [saying(2, 'a'), saying(1, 'b')] }] },
    /seq 2 was acknowledged for a and holds b/,
  ],
  'a line with another text': [
    { lines: [stored(1, 'a', { body: 'A' }), stored(2, 'b')], heard: [] },
    /seq 1 is stored with another text/,
  ],
  'lines of one speaker in another order': [
    {
      lines: [stored(1, 'b'), stored(2, 'a')],
      spoken: [{ who: 'alice', account: alice, sayings: [saying(2, 'a'), saying(1, 'b')] }],
      heard: [],
    },
    /seq 1 stands before what was said earlier/,
  ],
  'a line that is stored twice': [
    { lines: [stored(1, 'a'), stored(2, 'b'), stored(3, 'a')], heard: [] },
    /seq 3: stored a second time/,
  ],
  'a line that nobody said': [
    { lines: [stored(1, 'a'), stored(2, 'b'), stored(3, 'ghost')], heard: [] },
    /seq 3: nobody knows/,
  ],
  'a listener who missed the end': [
    { heard: [{ who: 'bob', entries: testimony().lines.slice(0, 2) as never }] },
    /bob: heard 2 of 3 entries/,
  ],
  'a listener who heard something else': [
    { heard: [{ who: 'bob', entries: testimony().lines.map((line) => ({ ...line, body: 'x' })) }] },
    /bob: heard something else at seq 1/,
  ],
}

for (const [what, [changes, expected]] of Object.entries(cases)) {
  test(`finds ${what}`, (t) => {
    t.regex(judge(testimony(changes)).join('\n'), expected)
  })
}
