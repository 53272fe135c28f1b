import test from 'ava'
import * as fc from 'fast-check'
import { ClientRule } from '../../web/src/api/client-rule.ts'
import type { PushFrame } from '../../web/src/api/frames.ts'
import type { Place, RoomEars } from '../../web/src/api/live.ts'
import { formatPlace, isAbove, parsePlace } from '../../web/src/api/place.ts'
import { seeded } from '../support/seeded.ts'

const room = '1'
const entryFrame = ({ epoch, seq }: Place): PushFrame => ({
  ...{ type: 'entry', room, epoch, seq, at: '2026-03-01T00:00:00.000Z', id: `${epoch}:${seq}` },
  ...{ kind: 'text', from: 'alice', content: { body: `${epoch}:${seq}` } },
})

/** A room as a server has it: entries, and epochs that end with less than was told. */
class Room {
  entries: Place[] = []
  epoch = 1
  readonly #ends = new Map<number, number>()

  get head(): number {
    return this.entries.length
  }

  say(): PushFrame {
    this.entries.push({ epoch: this.epoch, seq: this.head + 1 })
    return entryFrame({ epoch: this.epoch, seq: this.head })
  }

  /** The buffer comes back older: the last entries of this epoch, up to so many, were not kept. */
  loseAtMost(count: number): PushFrame {
    const own = this.entries.filter(({ epoch }) => epoch === this.epoch).length
    this.entries.length -= Math.min(count, own)
    const ended = { epoch: this.epoch, seq: this.head }
    this.#ends.set(ended.epoch, ended.seq)
    this.epoch += 1
    return { type: 'epoch', room, epoch: this.epoch, keptUpTo: formatPlace(ended) }
  }

  /** What who subscribes behind `after` is told, and the answer. */
  resume(after: Place, mostEntries: number) {
    const end = this.#ends.get(after.epoch)
    const keptUpTo = end === undefined ? undefined : formatPlace({ epoch: after.epoch, seq: end })
    const from = Math.min(after.seq, end ?? after.seq)
    const isGap = this.head - from > mostEntries
    const to = formatPlace({ epoch: this.epoch, seq: this.head })
    const frames: PushFrame[] = [
      ...(keptUpTo === undefined ? [] : [{ type: 'epoch' as const, room, epoch: this.epoch, keptUpTo }]),
      ...(isGap ? [{ type: 'gap' as const, room, from: formatPlace({ epoch: this.epoch, seq: from + 1 }), to }] : []),
      ...(isGap ? [] : this.entries.slice(from).map(entryFrame)),
    ]
    return { frames, answer: { epoch: this.epoch, head: this.head, stored: 0, keptUpTo } }
  }
}

/** A page that believes what its ears are told, and complains of what comes twice, too early or out of order. */
class Page implements RoomEars {
  readonly #room: Room
  readonly #have = new Map<number, number>()
  readonly faults: string[] = []

  constructor(of: Room) {
    this.#room = of
  }

  get places(): Place[] {
    return [...this.#have].map(([seq, epoch]) => ({ epoch, seq }))
  }

  entry({ epoch, seq }: Place): void {
    if (seq !== this.#have.size + 1) this.faults.push(`${epoch}:${seq} after ${this.#have.size}`)
    this.#have.set(seq, epoch)
  }

  gap({ from, to }: { from: Place; to: Place }): void {
    if (from.seq !== this.#have.size) this.faults.push(`a gap from ${from.seq} after ${this.#have.size}`)
    for (const { epoch, seq } of this.#room.entries.slice(from.seq, to.seq)) this.#have.set(seq, epoch)
  }

  dropped(keptUpTo: Place): void {
    for (const place of this.places) if (isAbove(place, keptUpTo)) this.#have.delete(place.seq)
  }
}

const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('said' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('lost' as const), count: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('away' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('back' as const), after: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('again' as const), place: fc.nat(30) }) },
)

test('whatever is lost, repeated, taken back and resumed, each entry is told once and in order', (t) => {
  let told = 0
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (happenings, mostEntries) => {
      const site = new Room()
      const page = new Page(site)
      const rule = new ClientRule(page, { epoch: 1, seq: 0 })
      const heard: PushFrame[] = []
      let isHere = false
      const hear = (frame: PushFrame): void => {
        if (!isHere) return
        heard.push(frame)
        rule.hear(frame)
      }
      /** `back` places further than needed, as when another listener of the same room is behind. */
      const comeBack = (back: number): void => {
        const last = rule.last ?? { epoch: 1, seq: 0 }
        const { frames, answer } = site.resume({ ...last, seq: Math.max(0, last.seq - back) }, mostEntries)
        isHere = true
        for (const frame of frames) hear(frame)
        rule.subscribed(answer)
      }

      for (const one of happenings) {
        if (one.type === 'said') hear(site.say())
        else if (one.type === 'lost') hear(site.loseAtMost(one.count))
        else if (one.type === 'away') isHere = false
        else if (one.type === 'back') comeBack(one.after)
        else if (isHere) repeat(rule, heard, one.place)
      }
      comeBack(0)

      t.deepEqual(page.faults, [])
      t.deepEqual(page.places, site.entries)
      told += page.places.length
    }),
    seeded(2000),
  )
  t.true(told > 1000, 'there was something to tell')
})

/** What was heard already comes again, and what was taken back comes late; what was never heard cannot, on a connection that stands. */
function repeat(rule: ClientRule, heard: readonly PushFrame[], place: number): void {
  const frame = heard[place % Math.max(1, heard.length)]
  const ended = heard.findLast(({ type }) => type === 'epoch')
  if (frame?.type !== 'entry' || rule.last === undefined) return
  const isKnown = frame.seq <= rule.last.seq && frame.epoch <= rule.last.epoch
  const isLost = ended?.type === 'epoch' && isAbove(frame, parsePlace(ended.keptUpTo))
  if (isKnown || isLost) rule.hear(frame)
}

test('an entry that comes too early is told after the word that something is missing', (t) => {
  const told: string[] = []
  const ears: RoomEars = {
    entry: ({ seq }) => void told.push(`entry ${seq}`),
    gap: ({ from, to }) => void told.push(`gap ${from.seq} ${to.seq}`),
  }
  const rule = new ClientRule(ears, { epoch: 1, seq: 2 })

  for (const seq of [1, 2, 3, 6, 5, 6, 7]) rule.hear(entryFrame({ epoch: 1, seq }))

  t.deepEqual(told, ['entry 3', 'gap 3 5', 'entry 6', 'entry 7'])
})

test('who begins at the end is told what comes, and no gap before it', (t) => {
  const told: string[] = []
  const ears: RoomEars = {
    ready: ({ head, isReturn }) => void told.push(`ready ${head} ${isReturn}`),
    entry: ({ seq }) => void told.push(`entry ${seq}`),
    gap: () => void told.push('gap'),
  }
  const rule = new ClientRule(ears, undefined)

  rule.subscribed({ epoch: 4, head: 41, stored: 40 })
  rule.hear(entryFrame({ epoch: 4, seq: 42 }))
  rule.subscribed({ epoch: 4, head: 42, stored: 40 })

  t.deepEqual(told, ['ready 41 false', 'entry 42', 'ready 42 true'])
  t.deepEqual(rule.last, { epoch: 4, seq: 42 })
})
