import test from 'ava'
import { createRoomsPort } from '../../src/chat/index.ts'
import { deletePayload, editPayload, memberPayload, reactPayload, textPayload } from '../../src/chat/message.ts'
import type { Entry, Place } from '../../src/ledger/index.ts'
import { systemSender } from '../../src/ledger/index.ts'
import { createTranscriptPage } from '../../src/ledger/transcript-page.ts'
import type { AccountId } from '../../src/platform/ids.ts'
import { noNotices, toldInto } from '../support/standing-in.ts'
import { worldOf } from '../support/world.ts'

const world = worldOf(test)
const alice = 1 as AccountId
const description = {
  name: '장독대 <1>',
  topic: 'talk',
  openedAt: new Date(0),
  names: new Map([[alice, 'alice']]),
}
const erased = Buffer.alloc(0)
const evening = Date.parse('2026-03-01T23:59:58.000Z')
const toSeq = (seq: number): Place => ({ epoch: 1, seq })

function entry(seq: number, kind: string, payload: Buffer, more: Partial<Entry> = {}): Entry {
  const facts = { epoch: 1, id: `id-${seq}`, target: undefined, erases: false, hash: '' }
  return { ...facts, seq, at: evening + seq * 1000, sender: alice, kind, payload, ...more }
}

function linesOf(...batches: Entry[][]): string[] {
  const rooms = createRoomsPort({
    sql: world().sql,
    profiles: async () => new Map(),
    transaction: toldInto(world().sql),
    notify: noNotices,
  })
  const page = createTranscriptPage(description, rooms)
  const lines = batches.map((entries) => page.linesOf(entries)).join('')
  return lines
    .replaceAll(/<(?!time datetime)[^>]*>/g, '')
    .replaceAll(/<time datetime="[^"]*">/g, '')
    .trim()
    .split('\n')
}

test('a deleted message is one line, whatever was done to it', (t) => {
  const lines = linesOf([
    entry(1, 'text', erased),
    entry(2, 'edit', erased, { target: toSeq(1) }),
    entry(3, 'react', erased, { target: toSeq(1) }),
    entry(4, 'delete', deletePayload(), { target: toSeq(1), erases: true }),
    entry(5, 'text', textPayload({ body: 'hello', replyTo: undefined, media: undefined })),
  ])

  t.deepEqual(lines, ['2026-03-01', '23:59:59alice (deleted)', '2026-03-02', '00:00:03alice hello'])
})

test('edits and reactions of a message that is there are told, and an entry that could not be stored', (t) => {
  const lines = linesOf([
    entry(1, 'edit', editPayload({ body: 'hi' }), { target: toSeq(1) }),
    entry(1, 'react', reactPayload({ emoji: '👍', action: 'add' }), { target: toSeq(1) }),
    entry(1, 'unreadable', erased, { sender: systemSender }),
  ])

  t.deepEqual(lines.slice(1), [
    '23:59:59alice (edits 1) hi',
    '23:59:59alice (reacts to 1) 👍',
    '23:59:59(could not be stored)',
  ])
})

test('each day is named once, also over the pieces in which the page is written', (t) => {
  const said = (seq: number): Entry =>
    entry(seq, 'text', textPayload({ body: `line ${seq}`, replyTo: undefined, media: undefined }))

  t.deepEqual(linesOf([said(0)], [said(1), said(2)], [said(3)]), [
    '2026-03-01',
    '23:59:58alice line 0',
    '23:59:59alice line 1',
    '2026-03-02',
    '00:00:00alice line 2',
    '00:00:01alice line 3',
  ])
})

test('the page says its language and its zone, and what people wrote has its own direction and no markup', (t) => {
  const rooms = createRoomsPort({
    sql: world().sql,
    profiles: async () => new Map(),
    transaction: toldInto(world().sql),
    notify: noNotices,
  })
  const page = createTranscriptPage(description, rooms)
  const who = { id: '1', username: 'alice' }

  t.regex(page.head, /<html lang="en">/)
  t.regex(page.head, /Times are in UTC\./)
  t.regex(page.head, /<h1 dir="auto">장독대 &lt;1&gt;<\/h1>/)
  t.regex(
    page.linesOf([entry(1, 'text', textPayload({ body: '<b>&', replyTo: undefined, media: undefined }))]),
    /<li id="s1"><time datetime="2026-03-01T23:59:59.000Z">23:59:59<\/time><b>alice<\/b> <span dir="auto">&lt;b&gt;&amp;<\/span><\/li>\n$/,
  )
  t.regex(page.linesOf([entry(2, 'join', memberPayload({ who }), { sender: systemSender })]), /class="note".*came in/)
})
