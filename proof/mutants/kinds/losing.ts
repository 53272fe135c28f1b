import type { Mutant } from '../mutant.ts'
import { restarted, rolledBack } from '../scenarios/losing.ts'

export const losingMutants: readonly Mutant[] = [
  {
    name: 'no epochs',
    says: 'A room is read as it is found in Redis, whichever Redis has written it.',
    edits: [
      {
        file: 'src/ledger/lua/meta.lua',
        text: "if meta.hold or meta.run ~= string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') then",
        instead: 'if meta.hold then',
      },
    ],
    scenario: rolledBack,
    expects: ['C1', 'C3', 'C10'],
    words: /acknowledged at \d+:\d+ and gone|two messages were acknowledged at/,
    isMomentHidden: true,
  },
  {
    name: 'no witnesses',
    says: 'Nobody writes down up to where it has acknowledged.',
    edits: [
      {
        file: 'src/ledger/witness.ts',
        text: '  saw(room: RoomId, { epoch, seq }: Place): void {\n',
        instead: '  saw(room: RoomId, { epoch, seq }: Place): void {\n    if (room !== 0) return\n',
      },
    ],
    scenario: rolledBack,
    expects: ['C1', 'C10'],
    words: /acknowledged at \d+:\d+ and gone|is sealed, and what was acknowledged at/,
  },
  {
    name: 'the tail is left behind',
    says: 'A new epoch begins from the rows alone, and not from what Redis still holds above them.',
    edits: [
      {
        file: 'src/ledger/epochs.ts',
        text: 'if (!isInstalled(row, look) && !isAhead(row, look)) return []',
        instead: 'return []',
      },
    ],
    scenario: restarted,
    expects: ['C10'],
    words: /epoch \d+ is suspect, and nothing was done to Redis/,
  },
  {
    name: 'the members are left behind',
    says: 'A new epoch begins without those who may speak.',
    edits: [
      {
        file: 'src/ledger/lua/rebase.lua',
        text: "for i = 13, #ARGV, 2 do redis.call('HSET', KEYS[5], ARGV[i], ARGV[i + 1]) end\n",
        instead: '',
      },
    ],
    scenario: restarted,
    expects: ['C8'],
    words: /has a seat, and was told that they may not speak/,
  },
]
