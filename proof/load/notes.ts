import { now } from '../history/history.ts'
import type { History } from '../history/history.ts'
import type { Operation, Sight } from '../history/line.ts'
import type { LoadCounts } from './contract.ts'
import { endingWithoutAnswer } from './outcome.ts'
import type { Ending } from './outcome.ts'

/** An operation before it ends. */
export type Begun = Operation extends infer One
  ? One extends Operation
    ? Omit<One, 'began' | 'ended' | 'outcome' | 'code'>
    : never
  : never

/** What was answered, as it belongs into the line. */
export type Answered = Partial<Pick<Extract<Operation, { what: 'send' }>, 'epoch' | 'seq' | 'isDuplicate'>> & {
  lastSeq?: number
  id?: string
  post?: string
}

/** Writes the lines of the history: each call once it has ended, or as unknown when the run ends before. */
export class Notes {
  readonly #history: History
  readonly #open = new Map<Begun, number>()
  /** Of messages, each try for itself. */
  readonly counts: Omit<LoadCounts, 'connected'> = { sent: 0, acked: 0, unknown: 0, refused: 0, heard: 0 }

  constructor(history: History) {
    this.#history = history
  }

  /** To be called before anything leaves. What it answers is called once, when the answer has been read, or will not come. */
  begin(call: Begun): (ending: Ending, answered?: Answered) => void {
    const began = now()
    this.#open.set(call, began)
    if (call.what === 'send') this.counts.sent += 1
    return (ending, answered) => {
      if (!this.#open.delete(call)) return
      this.#write(call, { began, ended: now() }, ending, answered)
    }
  }

  saw(sight: Sight): void {
    if (sight.what === 'heard' || sight.what === 'told') this.counts.heard += 1
    this.#history.add(sight)
  }

  /** Something that must not be, and belongs to no call: a frame that nobody can read. */
  remark(detail: string): void {
    this.#history.add({ what: 'log', at: now(), name: 'load', detail })
  }

  /** Nobody waits for answers any more. */
  end(): void {
    for (const [call, began] of this.#open) {
      this.#write(call, { began, ended: undefined }, endingWithoutAnswer('the run ended'))
    }
    this.#open.clear()
  }

  #write(call: Begun, when: { began: number; ended: number | undefined }, ending: Ending, answered?: Answered): void {
    const { outcome, code } = ending
    if (call.what === 'send') this.counts[outcome === 'ok' ? 'acked' : outcome === 'fail' ? 'refused' : 'unknown'] += 1
    this.#history.add({ ...call, ...when, outcome, ...(code === undefined ? {} : { code }), ...answered })
  }
}
