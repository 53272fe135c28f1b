import test from 'ava'
import { createFrameReader } from '../../src/chat/frames.ts'
import { fold } from '../../src/chat/fold.ts'
import {
  deletePayload,
  editPayload,
  mayShowPictures,
  reactPayload,
  readText,
  textPayload,
} from '../../src/chat/message.ts'
import type { Entry } from '../../src/ledger/index.ts'
import { Problem } from '../../src/platform/errors.ts'
import type { AccountId, MediaId } from '../../src/platform/ids.ts'

const read = createFrameReader({ messageMaxBytes: 4096 })
const send = { type: 'send', ref: 1, room: '7', id: 'x', body: 'hello' }
const react = { type: 'react', ref: 1, room: '7', id: 'x', target: '1:2', emoji: '👍' }

function faultOf(frame: unknown): string {
  try {
    read(frame)
    return 'none'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [error.code, ...(error.errors ?? []).map((fault) => `${fault.pointer} ${fault.code}`)].join(', ')
  }
}

for (const [what, body] of [
  ['4096 letters', 'x'.repeat(4096)],
  ['4095 bytes of Korean', '가'.repeat(1365)],
  ['1024 emoji', '🎉'.repeat(1024)],
  ['one letter', 'x'],
  ['a family', '👨‍👩‍👧‍👦'],
  ['line breaks, tabs and quotes', ' "a"\n\\b\t '],
] as const) {
  test(`a body of ${what} is read as it came`, (t) => {
    const frame = read({ ...send, body })

    t.is(frame.type === 'send' ? frame.body : undefined, body)
  })
}

for (const [what, change, fault] of [
  ['4097 letters', { body: 'x'.repeat(4097) }, 'bad_input, /body too_big'],
  ['4098 bytes of Korean', { body: '가'.repeat(1366) }, 'bad_input, /body too_big'],
  ['nothing', { body: '' }, 'bad_input, /body too_small'],
  ['white space', { body: ' \n\u3000' }, 'bad_input, /body too_small'],
  ['nothing but white space and controls', { body: ' \u007f\u0085\n' }, 'bad_input, /body too_small'],
  ['nothing that can be seen', { body: '\u200b\u2060 \u3164\ufeff\u00ad\u034f' }, 'bad_input, /body too_small'],
  ['half a surrogate pair', { body: 'a\ud83d' }, 'bad_input, /body not_well_formed'],
  ['decomposed Korean', { body: '각'.normalize('NFD') }, 'bad_input, /body not_nfc'],
  ['a number for a body', { body: 7 }, 'bad_input, /body invalid_type'],
  ['no ref', { ref: undefined }, 'bad_input, /ref invalid_union'],
  ['a room that is none', { room: '07' }, 'bad_input, /room bad_room'],
  ['a place that is none', { replyTo: '1-2' }, 'bad_input, /replyTo bad_place'],
  ['a sender of its own choice', { from: 'bob' }, 'bad_input, /from unknown_key'],
  ['a picture without its id', { media: ['1'] }, 'bad_input, /media/0 invalid_type'],
  ['a picture that is none', { media: [{ id: '01' }] }, 'bad_input, /media/0/id bad_picture'],
  ['no picture in a list', { media: [] }, 'bad_input, /media too_small'],
  [
    'eleven pictures',
    { media: Array.from({ length: 11 }, (_, n) => ({ id: String(n + 1) })) },
    'bad_input, /media too_big',
  ],
  ['one picture twice', { media: [{ id: '1' }, { id: '1' }] }, 'bad_input, /media doubled'],
  [
    '1001 characters beside a picture',
    { media: [{ id: '1', alt: '가'.repeat(1001) }] },
    'bad_input, /media/0/alt too_big',
  ],
  ['white space beside a picture', { body: ' ', media: [{ id: '1' }] }, 'bad_input, /body too_small'],
  ['another type', { type: 'constructor' }, 'unsupported'],
] as const) {
  test(`a frame with ${what} is refused`, (t) => {
    t.is(faultOf({ ...send, ...change }), fault)
  })
}

test('ten pictures say enough without a word, each with 1000 characters of what it shows', (t) => {
  const media = Array.from({ length: 10 }, (_, n) => ({ id: String(n + 1), alt: '가'.repeat(1000) }))
  const { body: _body, ...wordless } = send

  const frame = read({ ...wordless, media })

  t.is(frame.type === 'send' ? frame.body : undefined, '')
  t.is(frame.type === 'send' ? frame.media?.length : undefined, 10)
})

test('of control characters only tab and line feed are read', (t) => {
  for (let code = 0; code < 0x20; code += 1) {
    const fault = code === 0x09 || code === 0x0a ? 'none' : 'bad_input, /body control_character'
    t.is(faultOf({ ...send, body: `a${String.fromCharCode(code)}b` }), fault, `U+${code.toString(16)}`)
    t.not(faultOf({ ...send, body: String.fromCharCode(code) }), 'none')
  }
})

for (const frame of [null, 7, 'send', [], [send]]) {
  test(`${JSON.stringify(frame).slice(0, 10)} is no frame`, (t) => {
    t.is(faultOf(frame), 'bad_input')
  })
}

for (const [emoji, isOne] of [
  ['👍', true],
  ['👍🏽', true],
  ['❤️', true],
  ['🇰🇷', true],
  ['1️⃣', true],
  ['👨‍👩‍👧‍👦', true],
  ['👍👍', false],
  ['ok', false],
  ['a', false],
  ['', false],
  [' ', false],
  ['👩🏽‍❤️‍💋‍👨🏿'.repeat(2), false],
] as const) {
  test(`${JSON.stringify(emoji)} is ${isOne ? 'an emoji' : 'none'}`, (t) => {
    t.is(faultOf({ ...react, emoji }) === 'none', isOne)
  })
}

const [alice, bob] = [1 as AccountId, 2 as AccountId]

function entry(seq: number, sender: AccountId, kind: string, payload: Buffer): Entry {
  const target = kind === 'text' ? undefined : { epoch: 1, seq: 1 }
  const id = `id-${seq}`
  return { epoch: 1, seq, at: seq * 1000, sender, id, kind, target, erases: kind === 'delete', hash: '', payload }
}

const text = entry(1, alice, 'text', textPayload({ body: 'helo', replyTo: { epoch: 1, seq: 9 }, media: undefined }))
const reacts = (seq: number, sender: AccountId, emoji: string, action: 'add' | 'remove') =>
  entry(seq, sender, 'react', reactPayload({ emoji, action }))

test('a message that nothing happened to is folded to itself', (t) => {
  t.deepEqual(fold({ entry: text, amendments: [] }, alice), {
    entry: text,
    content: { body: 'helo', replyTo: '1:9' },
    editedAt: undefined,
    reactions: [],
  })
})

test('the last edit counts, and the reply stays', (t) => {
  const amendments = ['hell', 'hello'].map((body, turn) => entry(2 + turn, alice, 'edit', editPayload({ body })))

  const folded = fold({ entry: text, amendments }, bob)

  t.deepEqual(folded.content, { body: 'hello', replyTo: '1:9' })
  t.is(folded.editedAt, 3000)
})

test('reactions count people, and what was taken back is gone', (t) => {
  const amendments = [
    ...[reacts(2, alice, '👍', 'add'), reacts(3, alice, '👍', 'add'), reacts(4, bob, '👍', 'add')],
    ...[reacts(5, bob, '🎉', 'add'), reacts(6, bob, '🎉', 'remove'), reacts(7, alice, '❤️', 'remove')],
  ]

  t.deepEqual(fold({ entry: text, amendments }, bob).reactions, [
    { emoji: '👍', count: 2, mine: true, people: [alice, bob] },
  ])
})

test('beside a reaction stand the first who used it, and how many there are', (t) => {
  const people = Array.from({ length: 25 }, (_, index) => (index + 1) as AccountId)
  const amendments = people.map((account, index) => reacts(2 + index, account, '👍', 'add'))

  const [reaction] = fold({ entry: text, amendments }, bob).reactions

  t.is(reaction?.count, 25)
  t.deepEqual(reaction?.people, people.slice(0, 20))
})

test('deleted is deleted, whatever came before or after', (t) => {
  const gone = [
    reacts(2, bob, '👍', 'add'),
    entry(3, alice, 'delete', deletePayload()),
    entry(4, alice, 'edit', editPayload({ body: 'still here' })),
  ]
  const erased = { ...text, payload: Buffer.alloc(0) }

  for (const item of [
    { entry: text, amendments: gone },
    { entry: erased, amendments: [] },
  ]) {
    t.is(fold(item, alice).content, null)
    t.deepEqual(fold(item, alice).reactions, [])
  }
})

test('a row that is no JSON any more keeps nobody from reading the rest', (t) => {
  const broken = { ...text, payload: Buffer.from('{"body":"hel') }

  t.is(readText(broken), undefined)
  t.deepEqual(fold({ entry: broken, amendments: [reacts(2, bob, '👍', 'add')] }, alice), {
    entry: broken,
    content: {},
    editedAt: undefined,
    reactions: [{ emoji: '👍', count: 1, mine: false, people: [bob] }],
  })
})

test('whether pictures are in an entry is seen without reading it, whatever else it says', (t) => {
  const media = [{ id: 7 as MediaId, alt: '"]}' }]
  const of = (kind: string, payload: Buffer): Entry => ({ kind, payload }) as Entry
  const replyTo = { epoch: 1, seq: 2 }

  for (const body of ['', 'hello', ']', ']}', '"media":[]}', '[{"id":"7"}]']) {
    t.true(mayShowPictures(of('text', textPayload({ body, replyTo, media }))), body)
    t.true(mayShowPictures(of('text', textPayload({ body, replyTo: undefined, media }))), body)
    t.false(mayShowPictures(of('text', textPayload({ body, replyTo, media: undefined }))), body)
    t.false(mayShowPictures(of('text', textPayload({ body, replyTo: undefined, media: undefined }))), body)
  }
  t.false(mayShowPictures(of('text', Buffer.alloc(0))), 'erased')
  t.false(mayShowPictures(of('delete', deletePayload())))
})
