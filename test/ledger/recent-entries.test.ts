import test from 'ava'
import { decodeEntries } from '../../src/ledger/entry.ts'
import { RecentEntries } from '../../src/ledger/recent-entries.ts'

/** Entries with these numbers, as Redis publishes them. */
function published(first: number, last: number): Buffer {
  const seqs = Array.from({ length: last - first + 1 }, (_, n) => first + n)
  return Buffer.from(
    seqs.map((seq) => `1|${seq}|1700000000000|7|id-${seq}|text||00ff|{"body":"한 ${seq}|"}`).join('\n'),
  )
}

/** In batches of so many. */
function recentOf(entries: number, perBatch: number): RecentEntries {
  const recent = new RecentEntries()
  for (let first = 1; first <= entries; first += perBatch) {
    const bytes = published(first, Math.min(first + perBatch - 1, entries))
    recent.add(decodeEntries(bytes), bytes)
  }
  return recent
}

const seqsAfter = (recent: RecentEntries, seq: number): number[] | undefined =>
  recent.after(seq)?.map((entry) => entry.seq)

const upTo = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, n) => first + n)

test('answers what came after a place, whole and as it was said, also from the middle of a batch', (t) => {
  const recent = recentOf(10, 4)

  t.deepEqual(seqsAfter(recent, 0), upTo(1, 10))
  t.deepEqual(seqsAfter(recent, 6), upTo(7, 10))
  t.deepEqual(seqsAfter(recent, 8), [9, 10])
  t.deepEqual(recent.after(9), decodeEntries(published(10, 10)))
})

test('what was read and not published stands among it as it is', (t) => {
  const recent = recentOf(3, 2)
  recent.add(decodeEntries(published(4, 6)))
  recent.add([])

  t.deepEqual(seqsAfter(recent, 1), upTo(2, 6))
})

test('knows when something is missing before what it has', (t) => {
  const recent = new RecentEntries()
  t.is(recent.after(0), undefined)

  recent.add(decodeEntries(published(5, 6)))

  t.is(recent.after(3), undefined)
  t.deepEqual(seqsAfter(recent, 4), [5, 6])
})

for (const perBatch of [1, 7, 500]) {
  test(`has the newest five hundred at least and a thousand at most, in batches of ${perBatch}`, (t) => {
    const thousand = recentOf(1000, perBatch)
    t.deepEqual(seqsAfter(thousand, 0), upTo(1, 1000))

    const recent = recentOf(1001, perBatch)
    t.is(recent.after(0), undefined)
    t.deepEqual(seqsAfter(recent, 501), upTo(502, 1001))

    const many = recentOf(9000, perBatch)
    t.deepEqual(seqsAfter(many, 8500), upTo(8501, 9000))
    t.is(many.after(8000 - 1), undefined)
  })
}

test('what an epoch did not keep is gone, also the end of a batch, and goes on from there', (t) => {
  const recent = recentOf(12, 5)
  recent.dropAfter(7)
  t.deepEqual(seqsAfter(recent, 0), upTo(1, 7))

  const again = published(8, 9)
  recent.add(decodeEntries(again), again)
  t.deepEqual(seqsAfter(recent, 6), upTo(7, 9))

  recent.dropAfter(5)
  t.deepEqual(seqsAfter(recent, 0), upTo(1, 5))
  recent.dropAfter(0)
  t.is(recent.after(0), undefined)
})
