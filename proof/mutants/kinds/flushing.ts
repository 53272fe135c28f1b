import type { Edit, Mutant } from '../mutant.ts'
import { cutInBulk, flipped, lateTrim, rotten, saidMeanwhile, uncommittedFlush } from '../scenarios/flushing.ts'

const mysql = 'src/platform/mysql.ts'
const bulk = 'src/ledger/bulk.ts'
const trimLua = 'src/ledger/lua/trim.lua'
const fence = "if seq <= meta.base then return { 'ok', int(meta.base), int(meta.head), int(meta.bytes) } end\n"
const compared = 'if (answer.warnings > 0 || !isSame(sum, sent.sum)) {'
const drop = "redis.call('LTRIM', KEYS[2], going, -1)\n"
const measure = 'local going, staying = seq - meta.base, meta.head - seq\n'

const byCount: readonly Edit[] = [
  {
    file: 'src/ledger/flush.ts',
    text: 'room, { ...last, seq })',
    instead: 'room, { ...last, seq, count: entries.length })',
  },
  {
    file: 'src/ledger/buffer.ts',
    text: '[room, upTo.epoch, upTo.seq]',
    instead: '[room, upTo.epoch, upTo.seq, upTo.count]',
  },
  {
    file: trimLua,
    text: fence,
    instead: '',
  },
  {
    file: trimLua,
    text: measure,
    instead:
      'local going = math.min(tonumber(ARGV[4]), meta.head - meta.base)\nseq = meta.base + going\nlocal staying = meta.head - seq\n',
  },
]

export const flushingMutants: readonly Mutant[] = [
  {
    name: 'DEL instead of trim',
    says: 'After a flush the buffer is deleted, with what was said meanwhile.',
    edits: [{ file: trimLua, text: drop, instead: "redis.call('DEL', KEYS[2])\n" }],
    scenario: saidMeanwhile,
    expects: ['C1', 'C10'],
    words: /acknowledged at \d+:\d+ and gone|epoch \d+ is suspect, and nothing was done to Redis/,
  },
  {
    name: 'trim by count',
    says: 'After a flush as many entries are dropped as were flushed, whoever flushed them.',
    edits: byCount,
    scenario: lateTrim,
    expects: ['C1', 'C10'],
    words: /acknowledged at \d+:\d+ and gone|epoch \d+ is suspect, and nothing was done to Redis/,
  },
  {
    name: 'no trim fence',
    says: 'A trim that comes late does not look whether the buffer is there already.',
    edits: [{ file: trimLua, text: fence, instead: '' }],
    scenario: lateTrim,
    expects: ['C1', 'C10'],
    words: /acknowledged at \d+:\d+ and gone|epoch \d+ is suspect, and nothing was done to Redis/,
  },
  {
    name: 'no watermark',
    says: 'A flush stores what it has read, whether or not somebody has stored it meanwhile; only the primary key is in the way.',
    edits: [
      {
        file: 'src/ledger/storing.ts',
        text: '  const fresh = entries.filter((entry) => entry.seq > row.storedSeq)\n  assertJoins(room, row.storedSeq, fresh)\n',
        instead: '  const fresh = entries\n',
      },
      {
        file: bulk,
        text: '      const fresh = slice.filter((entry) => entry.seq > this.seq)\n      assertJoins(this.#room, this.seq, fresh)\n',
        instead: '      const fresh = slice\n',
      },
    ],
    scenario: lateTrim,
    expects: ['C13'],
    words: /ER_DUP_ENTRY/,
    isMomentHidden: true,
  },
  {
    name: 'trim before commit',
    says: 'Redis lets go of a bulk when MySQL has taken it, and before that is committed.',
    edits: [
      {
        file: 'src/ledger/flush.ts',
        text: "      crashPoint('flush: mark moved, not committed')\n",
        instead: '      await trim(parts, room, slice, { epoch: slice.epoch, seq })\n',
      },
    ],
    scenario: uncommittedFlush,
    expects: ['C1', 'C10'],
    words: /acknowledged at \d+:\d+ and gone|epoch \d+ is suspect, and nothing was done to Redis/,
  },
  {
    name: 'bulk without comparison',
    says: 'What MySQL has made of a bulk is believed, whatever it says of it.',
    edits: [{ file: bulk, text: compared, instead: 'if (answer.warnings < 0) {' }],
    scenario: cutInBulk,
    expects: ['C3'],
    words: /what is kept is not what was said/,
  },
  {
    name: 'warnings of a bulk are ignored',
    says: 'What MySQL says of the rows of a bulk is not listened to; they are still summed up.',
    edits: [{ file: bulk, text: compared, instead: 'if (!isSame(sum, sent.sum)) {' }],
    scenario: cutInBulk,
    expects: [],
    words: undefined,
  },
  {
    name: 'bulk is not summed up',
    says: 'A bulk of which MySQL says nothing is believed to be what was sent.',
    edits: [{ file: bulk, text: compared, instead: 'if (answer.warnings > 0) {' }],
    scenario: flipped,
    expects: ['C3', 'C10'],
    words: /what is kept is not what was said/,
  },
  {
    name: 'sealed without comparison',
    says: 'The rows are read back for the receipt, and not compared with what was acknowledged.',
    edits: [
      {
        file: 'src/ledger/sealing.ts',
        text: "  if (verification.faults.length > 0) return 'quarantined'\n",
        instead: '',
      },
    ],
    scenario: rotten,
    expects: ['C10'],
    words: /the receipt does not verify/,
  },
  {
    name: 'a commit without an answer is taken for one',
    says: 'When the connection is lost while a transaction commits, it goes on as if it had been committed.',
    edits: [
      {
        file: mysql,
        text: '  const failure: { error?: unknown } = {}\n',
        instead: '  const failure: { error?: unknown } = {}\n  const done: T[] = []\n',
      },
      {
        file: mysql,
        text: '        return await work(trx)\n',
        instead: '        done.push(await work(trx))\n        return done[0] as T\n',
      },
      {
        file: mysql,
        text: '    throw failure.error ?? error\n',
        instead: '    if (done.length > 0) return done[0] as T\n    throw failure.error ?? error\n',
      },
    ],
    scenario: uncommittedFlush,
    expects: ['C1', 'C10'],
    words: /acknowledged at \d+:\d+ and gone|epoch \d+ is suspect, and nothing was done to Redis/,
  },
]
