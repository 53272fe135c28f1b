import assert from 'node:assert/strict'
import { Lanes } from '../../src/chat/lanes.ts'
import type { Speaker } from '../../src/chat/lanes.ts'
import type { Prepared } from '../../src/chat/outcome.ts'
import type { AppendOutcome, NewEntry } from '../../src/ledger/index.ts'
import { Problem } from '../../src/platform/errors.ts'
import type { AccountId, RoomId } from '../../src/platform/ids.ts'
import { Moments } from '../support/moments.ts'

/** What a line comes to: its look-up, if it needs one, and what the ledger answers. */
export interface Fate {
  /** `at once` needs no look-up. A refusal is one of the look-up. */
  look: 'at once' | 'finds' | 'refuses'
  answer: 'kept' | 'closed' | 'unknown'
}

interface Line extends Fate {
  id: string
  room: RoomId
  isTurned: boolean
  /** As many as may wait were waiting when it was said. */
  isOneTooMany: boolean
  /** `kept` and the like, or the code of the problem; undefined until it is told. */
  told: string | undefined
  /** Lines of the room that were said before it and whose outcome its speaker did not know by then. */
  behind: Line[]
}

const kept: AppendOutcome = { type: 'kept', place: { epoch: 1, seq: 1 }, at: 0, isDuplicate: false, kept: 'buffered' }
const unknown: AppendOutcome = { type: 'unknown', reason: 'timeout' }
const closed: AppendOutcome = { type: 'closed', last: { epoch: 1, seq: 0 } }

interface Pending {
  line: Line
  settle: (outcome: AppendOutcome) => void
}

/**
 * One speaker, the lanes, and a ledger that answers as the real one does: in its order, and after a line of unknown outcome none of
 * those that wait behind it. Look-ups and answers come when a test lets them.
 */
export class SpokenLanes {
  readonly lines: Line[] = []
  readonly handed: Line[] = []
  readonly moments = new Moments()
  readonly #lanes: Lanes<Line>
  readonly #mostWaiting: number
  readonly #ledger = new Map<RoomId, Pending[]>()

  constructor(mostWaiting: number) {
    this.#mostWaiting = mostWaiting
    const speaker: Speaker<Line> = {
      told: (line, { type }) => tell(line, type),
      failed: (line, error) => tell(line, error instanceof Problem ? error.code : String(error)),
    }
    this.#lanes = new Lanes({ append: (room, entry) => this.#append(room, entry) }, speaker, mostWaiting)
  }

  say(room: RoomId, fate: Fate): void {
    const before = this.lines.filter((line) => line.room === room)
    const waiting = before.filter(({ isTurned }) => !isTurned).length
    const line: Line = {
      ...{ ...fate, id: `${this.lines.length}`, room, told: undefined },
      behind: before.filter(({ told }) => told === undefined),
      isOneTooMany: waiting >= this.#mostWaiting,
      isTurned: waiting >= this.#mostWaiting,
    }
    this.lines.push(line)
    void this.#lanes.say(line, () => this.#prepare(line))
    if (waiting === 0 && fate.look === 'at once') assert.equal(this.handed.at(-1), line, 'it had to wait for nothing')
  }

  #prepare(line: Line): Prepared | Promise<Prepared> {
    const entry: NewEntry = { sender: 1 as AccountId, id: line.id, kind: 'text', payload: Buffer.alloc(0) }
    if (line.look === 'at once') {
      line.isTurned = true
      return { type: 'entry', entry }
    }
    return this.moments.turn().then(() => {
      line.isTurned = true
      if (line.look === 'refuses') throw new Problem('bad_input')
      return { type: 'entry', entry }
    })
  }

  #append(room: RoomId, { id }: NewEntry): Promise<AppendOutcome> {
    const line = this.lines[Number(id)]
    assert.ok(line !== undefined && !this.handed.includes(line), 'handed over once')
    this.handed.push(line)
    return new Promise((settle) => {
      const waiting = this.#ledger.get(room)
      if (waiting !== undefined) return void waiting.push({ line, settle })
      const begun = [{ line, settle }]
      this.#ledger.set(room, begun)
      void this.#drain(room, begun)
    })
  }

  async #drain(room: RoomId, waiting: Pending[]): Promise<void> {
    while (waiting.length > 0) {
      await this.moments.turn()
      const next = waiting.shift()
      if (next === undefined) break
      next.settle({ kept, closed, unknown }[next.line.answer])
      await Promise.resolve()
      if (next.line.answer === 'unknown') for (const { settle } of waiting.splice(0)) settle(unknown)
    }
    this.#ledger.delete(room)
  }
}

function tell(line: Line, told: string): void {
  assert.equal(line.told, undefined)
  line.told = told
}
