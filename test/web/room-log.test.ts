import test from 'ava'
import * as fc from 'fast-check'
import { fold } from '../../src/chat/fold.ts'
import { deletePayload, editPayload, reactPayload, textPayload } from '../../src/chat/message.ts'
import { presentMessage } from '../../src/chat/views.ts'
import type { Entry as Kept } from '../../src/ledger/index.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import type { Entry, Outgoing, Place } from '../../web/src/api/live.ts'
import type { Message } from '../../web/src/api/types.ts'
import { RoomLog } from '../../web/src/rooms/model/log.ts'
import type { Row } from '../../web/src/rooms/model/log.ts'
import { seeded } from '../support/seeded.ts'

/** What the server keeps and folds, told to a client in every order: the client must come to know what the server knows. */

const names = ['alice', 'bob', 'carol'] as const
const me = names[0]
const accountOf = (name: string): AccountId => (names.findIndex((one) => one === name) + 1) as AccountId
const profiles = new Map(
  names.map((username) => {
    const id = accountOf(username)
    return [id, { id, username, displayName: username, picture: undefined }]
  }),
)

type Deed = { by: number; kind: 'text' | 'edit' | 'delete' | 'add' | 'remove'; at: number; emoji: number }
const emoji = ['👍', '🎉'] as const

const deeds = fc.array(
  fc.record<Deed>({
    by: fc.nat(2),
    kind: fc.constantFrom('text', 'text', 'edit', 'delete', 'add', 'add', 'remove'),
    at: fc.nat(30),
    emoji: fc.nat(1),
  }),
  { minLength: 1, maxLength: 40 },
)

/** A room as the ledger keeps it, beginning behind `after`: what is done to nothing is a text. */
function historyOf(list: readonly Deed[], epoch: number, before: readonly Kept[] = []): Kept[] {
  const history = [...before]
  const deleted = new Set<number>()
  for (const deed of list) {
    const seq = history.length + 1
    const texts = history.filter(({ kind, seq: at }) => kind === 'text' && !deleted.has(at))
    const target = deed.kind === 'text' ? undefined : texts[deed.at % Math.max(1, texts.length)]
    const isOwn = target?.sender === accountOf(names[deed.by] ?? me)
    const isRefused = (deed.kind === 'edit' || deed.kind === 'delete') && !isOwn
    const sender = accountOf(names[deed.by] ?? me)
    const common = { epoch, seq, at: seq * 1000, sender, id: `${epoch}-${seq}`, hash: '' }
    const place = target === undefined ? undefined : { epoch: target.epoch, seq: target.seq }
    if (place === undefined || isRefused) {
      const payload = textPayload({ body: `said ${seq} in ${epoch}`, replyTo: undefined, media: undefined })
      history.push({ ...common, kind: 'text', target: undefined, erases: false, payload })
    } else if (deed.kind === 'edit') {
      history.push({
        ...common,
        kind: 'edit',
        target: place,
        erases: false,
        payload: editPayload({ body: `new ${seq}` }),
      })
    } else if (deed.kind === 'delete') {
      deleted.add(place.seq)
      history.push({ ...common, kind: 'delete', target: place, erases: true, payload: deletePayload() })
    } else {
      const payload = reactPayload({ emoji: emoji[deed.emoji] ?? '👍', action: deed.kind === 'add' ? 'add' : 'remove' })
      history.push({ ...common, kind: 'react', target: place, erases: false, payload })
    }
  }
  return history
}

/** As the REST side answers it when the room ends with `history`. */
function messagesOf(history: readonly Kept[]): Message[] {
  return history
    .filter(({ target }) => target === undefined)
    .map((entry) => {
      const amendments = history.filter(({ target }) => target?.seq === entry.seq)
      return presentMessage(fold({ entry, amendments }, accountOf(me)), { profiles, pictures: new Map() }) as Message
    })
}

function frameOf(entry: Kept): Entry {
  const { epoch, seq, id, kind, target } = entry
  return {
    ...{ room: '7', epoch, seq, id, kind, at: new Date(entry.at).toISOString() },
    from: names[entry.sender - 1] ?? null,
    ...(target === undefined ? {} : { target: `${target.epoch}:${target.seq}` }),
    content: JSON.parse(entry.payload.toString()) as Record<string, unknown>,
  }
}

type Fact = (log: RoomLog) => void

function pageAt(history: readonly Kept[], covers: { from: number; to: number }): Fact {
  const { epoch, seq } = history.at(-1) ?? { epoch: 1, seq: 0 }
  const items = messagesOf(history).filter((message) => message.seq >= covers.from && message.seq <= covers.to)
  return (log) => log.tellPage({ items, covers, head: { epoch, seq } })
}

const entryFact = (entry: Kept): Fact => {
  const frame = frameOf(entry)
  return (log) => log.tellEntry(frame)
}

const said = (row: Row | Message) => ({
  ...{ epoch: row.epoch, seq: row.seq, id: row.id, kind: row.kind, from: row.from, content: row.content },
})
const reactionsOf = (
  reactions: readonly { emoji: string; count: number; people: readonly string[] }[],
  isMine: (of: never) => boolean,
) =>
  reactions
    .map((one) => ({ emoji: one.emoji, count: one.count, people: one.people, mine: isMine(one as never) }))
    .toSorted((a, b) => (a.emoji < b.emoji ? -1 : 1))
const knownBy = (log: RoomLog) =>
  log.rows.map((row) => ({
    ...said(row),
    reactions: reactionsOf(row.reactions, (one: { isMine: boolean }) => one.isMine),
  }))
const knownTo = (history: readonly Kept[]) =>
  messagesOf(history).map((message) => ({
    ...said(message),
    reactions: reactionsOf(message.reactions, (one: { mine: boolean }) => one.mine),
  }))

test('whatever order pages and entries come in, and however often, a client knows what the server knows', (t) => {
  const cases = fc.record({
    list: deeds,
    page: fc.nat(40),
    others: fc.array(fc.record({ head: fc.nat(40), from: fc.nat(40), length: fc.nat(40) }), { maxLength: 3 }),
    order: fc.array(fc.nat(1_000_000), { minLength: 90, maxLength: 90 }),
  })
  let messages = 0
  fc.assert(
    fc.property(cases, ({ list, page, others, order }) => {
      const history = historyOf(list, 1)
      const head = page % (history.length + 1)
      const facts = [
        pageAt(history.slice(0, head), { from: 1, to: head }),
        ...history.slice(head).map(entryFact),
        ...history.slice(head, head + 5).map(entryFact),
        ...others.map((one) => {
          const until = history.slice(0, 1 + (one.head % history.length))
          const from = 1 + (one.from % until.length)
          return pageAt(until, { from, to: Math.min(until.length, from + one.length) })
        }),
      ]
      const log = new RoomLog(me)
      for (const fact of facts.toSorted((a, b) => order[facts.indexOf(a)]! - order[facts.indexOf(b)]!)) fact(log)

      const known = knownTo(history)
      messages += known.length
      t.deepEqual(knownBy(log), known)
    }),
    seeded(200),
  )
  t.true(messages > 200)
})

test('what an epoch change took back is gone, whenever it is heard of, and what was read before it is read again', (t) => {
  const cases = fc.record({
    list: deeds,
    kept: fc.nat(40),
    later: deeds,
    page: fc.nat(40),
    order: fc.array(fc.nat(1_000_000), { minLength: 130, maxLength: 130 }),
  })
  let reread = 0
  fc.assert(
    fc.property(cases, ({ list, kept, later, page, order }) => {
      const lost = historyOf(list, 1)
      const base = lost.slice(0, kept % (lost.length + 1))
      const history = historyOf(later, 2, base)
      const head = page % (lost.length + 1)
      const facts: Fact[] = [
        pageAt(lost.slice(0, head), { from: 1, to: head }),
        ...lost.slice(head).map(entryFact),
        (log) => log.tellDropped({ epoch: 1, seq: base.length }),
        ...history.slice(base.length).map(entryFact),
      ]
      const log = new RoomLog(me)
      for (const fact of facts.toSorted((a, b) => order[facts.indexOf(a)]! - order[facts.indexOf(b)]!)) fact(log)
      for (let [stale] = log.stale; stale !== undefined; stale = log.stale[0]) {
        reread += 1
        pageAt(history, stale)(log)
      }

      t.deepEqual(knownBy(log), knownTo(history))
      t.deepEqual(log.newest, { epoch: history.at(-1)?.epoch ?? 0, seq: history.length })
    }),
    seeded(200),
  )
  t.true(reread > 0)
})

test('an own message is there once from the moment it was written, whether its entry or its ack comes first', (t) => {
  const steps = fc.array(fc.constantFrom('sending', 'ack', 'entry', 'stored'), { minLength: 4, maxLength: 12 })
  fc.assert(
    fc.property(steps, fc.nat(3), (list, others) => {
      const log = new RoomLog(me)
      for (let seq = 1; seq <= others; seq += 1) log.tellEntry(textEntry('bob', seq))
      const place = { epoch: 1, seq: others + 1 }
      const entry = textEntry(me, place.seq)
      const outgoing = (state: Outgoing['state'], at?: Place): Outgoing => ({
        ...{ room: '7', id: entry.id, turn: 1, body: 'hello', writtenAt: 0, state },
        ...(at === undefined ? {} : { place: at }),
      })
      const tell = {
        sending: () => log.tellOutgoing(outgoing('sending')),
        ack: () => log.tellOutgoing(outgoing('buffered', place)),
        entry: () => log.tellEntry(entry),
        stored: () => log.tellOutgoing(outgoing('stored', place)),
      }
      tell.sending()
      for (const step of list) {
        tell[step]()
        const shown = [...log.rows.map(({ id }) => id), ...log.pending.map(({ id }) => id)]
        t.is(shown.filter((id) => id === entry.id).length, 1)
      }
    }),
    seeded(200),
  )
})

test('an own message that an epoch change took back waits at the end until it returns', (t) => {
  const log = new RoomLog(me)
  log.tellEntry(textEntry('bob', 1))
  const mine = textEntry(me, 2)
  const outgoing: Outgoing = {
    room: '7',
    id: mine.id,
    turn: 1,
    body: 'hello',
    writtenAt: 0,
    state: 'buffered',
    place: { epoch: 1, seq: 2 },
  }
  log.tellOutgoing(outgoing)
  log.tellEntry(mine)
  t.deepEqual(log.pending, [])

  log.tellDropped({ epoch: 1, seq: 1 })

  t.deepEqual(
    log.rows.map(({ seq }) => seq),
    [1],
  )
  t.deepEqual(
    log.pending.map(({ id }) => id),
    [mine.id],
  )

  log.tellEntry({ ...mine, epoch: 2, seq: 2 })

  t.deepEqual(log.rows.map(({ id }) => id).slice(1), [mine.id])
  t.deepEqual(log.pending, [])
})

test('a message that was acknowledged in history that is not loaded is not shown at the end', (t) => {
  const log = new RoomLog(me)
  log.tellPage({ items: [], covers: { from: 51, to: 100 }, head: { epoch: 1, seq: 100 } })

  log.tellOutgoing({
    room: '7',
    id: 'old',
    turn: 1,
    body: 'hello',
    writtenAt: 0,
    state: 'buffered',
    place: { epoch: 1, seq: 7 },
  })

  t.deepEqual(log.pending, [])
})

test("somebody else's message under one of my ids is theirs, and mine still waits", (t) => {
  const log = new RoomLog(me)
  log.tellOutgoing({ room: '7', id: 'same', turn: 1, body: 'hello', writtenAt: 0, state: 'sending' })

  log.tellEntry({ ...textEntry('bob', 1), id: 'same' })

  t.is(log.rows.length, 1)
  t.is(log.pending.length, 1)
})

test('a hole is what was missed, and is filled page by page', (t) => {
  const log = new RoomLog(me)
  log.tellEntry(textEntry('bob', 1))
  log.tellHole({ from: { epoch: 1, seq: 1 }, to: { epoch: 1, seq: 30 } })
  log.tellEntry(textEntry('bob', 31))
  t.deepEqual(log.holes, [{ from: 2, to: 30 }])

  log.tellPage({ items: [], covers: { from: 2, to: 12 }, head: { epoch: 1, seq: 31 } })
  t.deepEqual(log.holes, [{ from: 13, to: 30 }])

  log.tellPage({ items: [], covers: { from: 13, to: 31 }, head: { epoch: 1, seq: 31 } })
  t.deepEqual(log.holes, [])
})

test('a row that nothing happened to stays the same object', (t) => {
  const log = new RoomLog(me)
  for (let seq = 1; seq <= 3; seq += 1) log.tellEntry(textEntry('bob', seq))
  const before = log.rows

  log.tellEntry({ ...textEntry('bob', 4), kind: 'edit', target: '1:2', content: { body: 'better' } })

  t.is(log.rows[0], before[0])
  t.not(log.rows[1], before[1])
  t.is(log.rows[2], before[2])
  t.like(log.rows[1], { content: { body: 'better' } })
})

function textEntry(from: string, seq: number): Entry {
  const at = new Date(seq * 1000).toISOString()
  return { room: '7', epoch: 1, seq, at, id: `${from}-${seq}`, kind: 'text', from, content: { body: `said ${seq}` } }
}
