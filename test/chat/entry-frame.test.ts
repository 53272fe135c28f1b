import test from 'ava'
import { entryFrames, framesAfter } from '../../src/chat/entry-frame.ts'
import type { Entry } from '../../src/ledger/index.ts'
import type { AccountId, MediaId, RoomId } from '../../src/platform/ids.ts'
import { framesIn } from '../support/text-frames.ts'

const room = 7 as RoomId
const entry = (seq: number, changes: Partial<Entry> = {}): Entry => ({
  ...{ epoch: 2, seq, at: Date.UTC(2026, 0, 2, 3, 4, 5, 678), sender: 1 as AccountId, id: `id ${seq}`, kind: 'text' },
  ...{ target: undefined, erases: false, hash: '', payload: Buffer.from(`{"body":"안녕 ${seq}"}`) },
  ...changes,
})
const plain = { from: 'alice', pictures: [] }

test('a batch is one piece of memory in which each entry is a frame of its own, whatever it holds', (t) => {
  const picture = { id: '9' as unknown as MediaId, state: 'ready', alt: '그림 "하나"' } as never
  const long = Buffer.from(`{"body":"${'길'.repeat(30_000)}"}`)
  const entries = [
    entry(1),
    entry(2, { id: '!join:7:3', kind: 'join', at: Date.UTC(2027, 0, 1) }),
    entry(3, { payload: Buffer.alloc(0) }),
    entry(4, { target: { epoch: 1, seq: 1 }, kind: 'edit' }),
    entry(5, { payload: long }),
    entry(6),
  ]
  const shown = [plain, { from: null, pictures: [] }, plain, plain, plain, { from: '별', pictures: [picture] }]

  const { bytes, seqs, ends } = entryFrames(room, entries, ({ seq }) => shown[seq - 1] ?? plain)
  const frames = framesIn(bytes)

  const common = { type: 'entry', room: '7', epoch: 2, at: '2026-01-02T03:04:05.678Z', kind: 'text', from: 'alice' }
  t.deepEqual(frames, [
    { ...common, seq: 1, id: 'id 1', content: { body: '안녕 1' } },
    {
      ...{ ...common, seq: 2, id: '!join:7:3', kind: 'join', at: '2027-01-01T00:00:00.000Z', from: null },
      content: { body: '안녕 2' },
    },
    { ...common, seq: 3, id: 'id 3', content: null },
    { ...common, seq: 4, id: 'id 4', kind: 'edit', target: '1:1', content: { body: '안녕 4' } },
    { ...common, seq: 5, id: 'id 5', content: JSON.parse(long.toString()) as unknown },
    { ...common, seq: 6, id: 'id 6', from: '별', content: { body: '안녕 6' }, pictures: [picture] },
  ])
  t.deepEqual(seqs, [1, 2, 3, 4, 5, 6])
  t.deepEqual(
    ends.map((end, index) => framesIn(bytes.subarray(ends[index - 1] ?? 0, end)).length),
    [1, 1, 1, 1, 1, 1],
  )
})

test('who was told some of a batch is told the frames behind', (t) => {
  const frames = entryFrames(room, [entry(4), entry(5), entry(6)], () => plain)
  const seqsAfter = (seq: number): unknown[] =>
    framesIn(framesAfter(seq, frames) ?? Buffer.alloc(0)).map((f) => f['seq'])

  t.is(framesAfter(3, frames), frames.bytes)
  t.deepEqual([3, 4, 5, 6, 7].map(seqsAfter), [[4, 5, 6], [5, 6], [6], [], []])
})
