import type { Edit, Mutant } from '../mutant.ts'
import { deaf, lostEnd, twoRelays, uncommitted } from '../scenarios/telling.ts'

const follow = 'src/ledger/follow.ts'
const noCatchUp: readonly Edit[] = [
  {
    file: follow,
    text: 'parts.broker.onResubscribed(() => void this.compareHeads().catch(onError))',
    instead: '() => undefined',
  },
]
const noLooks: readonly Edit[] = [
  {
    file: follow,
    text: 'new Ticker({ everyMs: parts.headCheckMs, work: () => this.compareHeads(), onError })',
    instead: 'new Ticker({ everyMs: parts.headCheckMs, work: async () => undefined, onError })',
  },
]

export const tellingMutants: readonly Mutant[] = [
  {
    name: 'deaf for ever',
    says: 'Who has subscribed again asks for nothing that was said meanwhile, and nobody compares heads.',
    edits: [...noCatchUp, ...noLooks],
    scenario: deaf,
    expects: ['C11'],
    words: /waited for everything and never heard \d+ to \d+/,
  },
  {
    name: 'deaf until the next look',
    says: 'Who has subscribed again asks for nothing, but the heads are compared once in a while.',
    edits: noCatchUp,
    scenario: deaf,
    expects: [],
    words: undefined,
  },
  {
    name: 'end before it is stored',
    says: 'Who listens is told that the room has ended as soon as its closing is heard.',
    edits: [{ file: 'src/ledger/room-follower.ts', text: ' || this.#storedSeq < this.#closedSeq', instead: '' }],
    scenario: lostEnd,
    expects: ['C11'],
    words: /was told that the room has ended at 1:\d+/,
  },
  {
    name: 'key outside the transaction',
    says: 'What a post was answered is written beside the transaction of the post.',
    edits: [
      {
        file: 'src/timeline/posts.ts',
        text: 'await once.settle(trx, answer)',
        instead: 'await once.settle(parts.sql, answer)',
      },
    ],
    scenario: uncommitted,
    expects: ['C14'],
    words: /post \d+ was acknowledged and is gone/,
  },
  {
    name: 'relay without a lock',
    says: 'Two relays may read the last position at once.',
    edits: [
      {
        file: 'src/live/store.ts',
        text: "'SELECT last_position FROM event_relay WHERE id = 1 FOR UPDATE'",
        instead: "'SELECT last_position FROM event_relay WHERE id = 1'",
      },
    ],
    scenario: twoRelays,
    expects: ['C13', 'C14'],
    words: /for key '(?:events\.)?events_position'|position \d+ stands behind/,
  },
]
