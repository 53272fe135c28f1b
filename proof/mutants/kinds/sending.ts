import type { Mutant } from '../mutant.ts'
import { asked, deleted, forgotten, putOut, repeats, tooLong, unheard } from '../scenarios/sending.ts'

const appendLua = 'src/ledger/lua/append.lua'
const known = "  if first then return 'dup:' .. first end\n"

export const sendingMutants: readonly Mutant[] = [
  {
    name: 'closed before known',
    says: 'Whether the room is open is asked before whether the id is known.',
    edits: [
      { file: appendLua, text: known, instead: `  if meta.state == 'closed' then return 'closed' end\n${known}` },
    ],
    scenario: repeats,
    expects: ['C6'],
    words: /kept, and its repeat heard that it was not/,
  },
  {
    name: 'no dedupe',
    says: 'An id that was sent before is appended again.',
    edits: [{ file: appendLua, text: known, instead: '' }],
    scenario: repeats,
    expects: ['C2'],
    words: /alice said it once, and it is there 2 times/,
  },
  {
    name: 'ack before reply',
    says: 'A line is acknowledged before Redis has answered, at the place where it will probably stand.',
    edits: [
      {
        file: 'src/ledger/appender.ts',
        text: '    return new Promise((settle) => this.#enqueue(room, { entry, cause, lookedUp: undefined, settle }))\n',
        instead: `    return new Promise((settle) => {
      const last = heads.get(room)
      this.#enqueue(room, { entry, cause, lookedUp: undefined, settle: (outcome) => {
        if (outcome.type === 'kept') heads.set(room, outcome.place)
        settle(outcome)
      } })
      if (last === undefined) return
      const place = { epoch: last.epoch, seq: last.seq + 1 }
      heads.set(room, place)
      settle({ type: 'kept', place, at: Date.now(), isDuplicate: false, kept: 'buffered' })
    })
`,
      },
      {
        file: 'src/ledger/appender.ts',
        text: 'const batchEntries = 500\n',
        instead: 'const batchEntries = 500\nconst heads = new Map()\n',
      },
    ],
    scenario: unheard,
    expects: ['C1'],
    words: /acknowledged at \d+:\d+ and gone/,
    isMomentHidden: true,
  },
  {
    name: 'sent twice by the connection',
    says: 'The connection sends a script again by itself when its answer was lost, and ids are not looked at.',
    edits: [
      { file: appendLua, text: known, instead: '' },
      {
        file: 'src/platform/redis.ts',
        text: '    maxRetriesPerRequest: 0,\n    autoResendUnfulfilledCommands: false,\n    enableOfflineQueue: false,\n',
        instead: '    maxRetriesPerRequest: 5,\n    autoResendUnfulfilledCommands: true,\n',
      },
    ],
    scenario: unheard,
    expects: ['C2'],
    words: /bob said it once, and it is there \d+ times/,
  },
  {
    name: 'INSERT IGNORE',
    says: 'A row that does not fit is cut instead of refused.',
    edits: [
      { file: 'src/ledger/store.ts', text: '`INSERT INTO messages (', instead: '`INSERT IGNORE INTO messages (' },
    ],
    scenario: tooLong,
    expects: ['C3'],
    words: /what is kept is not what was said/,
  },
  {
    name: 'put out in MySQL alone',
    says: 'Who is put out is not taken from the members in the step that tells of it.',
    edits: [
      {
        file: appendLua,
        text: "  if needs.change ~= '' then change_members(needs.change) end\n",
        instead:
          "  if needs.change ~= '' and string.sub(needs.change, -2) ~= ':0' then change_members(needs.change) end\n",
      },
    ],
    scenario: putOut,
    expects: ['C8'],
    words: /alice was put out, and was heard again/,
  },
  {
    name: 'forgotten too early',
    says: 'Ids are forgotten when there are too many, whether or not what they stand for is in MySQL.',
    edits: [
      {
        file: appendLua,
        text: 'if not is_due or meta.olderLast > meta.base then return end',
        instead: 'if not is_due then return end',
      },
    ],
    scenario: forgotten,
    expects: ['C2'],
    words: /alice said it once, and it is there 2 times/,
  },
  {
    name: 'taken for new',
    says: 'Nobody keeps the times of the ids that are remembered, so that what was forgotten looks new.',
    edits: [{ file: appendLua, text: '  newest = math.max(newest, time)\n', instead: '' }],
    scenario: asked,
    expects: ['C2'],
    words: /alice said it once, and it is there 2 times/,
  },
  {
    name: 'deleted in name only',
    says: 'A flush stores that something was deleted, and leaves its words where they are.',
    edits: [{ file: 'src/ledger/storing.ts', text: '  await erase(trx, room, fresh)\n', instead: '' }],
    scenario: deleted,
    expects: ['C3'],
    words: /it was deleted, and its words are still there/,
  },
  {
    name: 'another target',
    says: 'What amends an entry is stored as if it amended the next one.',
    edits: [
      {
        file: 'src/ledger/store.ts',
        text: 'entry.target?.seq ?? null, entry.erases ? 1 : 0],',
        instead: 'entry.target === undefined ? null : entry.target.seq + 1, entry.erases ? 1 : 0],',
      },
    ],
    scenario: deleted,
    expects: ['C3'],
    words: /it was said of \d+:\d+, and is kept as of \d+:\d+/,
  },
]
