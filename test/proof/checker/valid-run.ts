import * as fc from 'fast-check'
import type { Ending, KeptRow, Record } from '../../../proof/checker/contract.ts'
import type { Line, Send } from '../../../proof/history/line.ts'

/** A small room that keeps every promise: what it makes of any sequence of steps must never be blamed. */

export interface Run {
  lines: Line[]
  record: Record
}

interface Step {
  what: 'send' | 'repeat' | 'refuse' | 'close' | 'lose' | 'flush' | 'listen'
  who: number
  /** How long it takes until it has its effect, and from there until it is answered. */
  before: number
  after: number
  fate: 'answered' | 'unheard' | 'never arrived'
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  what: fc.oneof(
    { weight: 12, arbitrary: fc.constant('send' as const) },
    { weight: 4, arbitrary: fc.constant('repeat' as const) },
    ...(['refuse', 'close', 'lose', 'flush', 'listen'] as const).map((what) => ({
      weight: 1,
      arbitrary: fc.constant(what),
    })),
  ),
  who: fc.nat(3),
  before: fc.integer({ min: 1, max: 60 }),
  after: fc.integer({ min: 1, max: 60 }),
  fate: fc.constantFrom('answered', 'answered', 'answered', 'unheard', 'never arrived'),
})

export const validRun: fc.Arbitrary<Run> = fc.array(anyStep, { minLength: 3, maxLength: 60 }).map(play)

const room = 'r'
const people = ['alice', 'bob', 'carol', 'dave']
const stepMicros = 15

interface Kept {
  id: string
  by: string
  epoch: number
}

/** Redis, MySQL and the clients in one: effects happen in the order of their times. */
class Room {
  readonly lines: Line[] = []
  #entries: Kept[] = []
  #stored = 0
  #epoch = 1
  #isClosed = false
  #isAsked = false
  readonly #ends: Ending['epochs'][number][] = []
  readonly #listeners: string[] = []

  send(call: Send, step: Step): void {
    if (step.fate === 'never arrived') return void this.lines.push({ ...call, outcome: 'unknown' })
    const isHeard = step.fate === 'answered'
    const known = this.#entries.findIndex(({ id, by }) => id === call.id && by === call.by)
    if (known === -1 && this.#isClosed) {
      return void this.lines.push(
        isHeard ? { ...call, outcome: 'fail', code: 'room_closed' } : { ...call, outcome: 'unknown' },
      )
    }
    if (known === -1) this.#append({ id: call.id, by: call.by, epoch: this.#epoch }, call.began + step.before)
    const seq = known === -1 ? this.#entries.length : known + 1
    const epoch = this.#entries[seq - 1]?.epoch ?? 0
    const answer = { outcome: 'ok', epoch, seq, isDuplicate: known !== -1 } as const
    this.lines.push(isHeard ? { ...call, ...answer } : { ...call, outcome: 'unknown' })
  }

  refuse(call: Send): void {
    this.lines.push({ ...call, outcome: 'fail', code: 'muted' })
  }

  close(began: number, step: Step): void {
    this.#isAsked = true
    const at = began + step.before
    if (!this.#isClosed) this.#append({ id: '!closed', by: '', epoch: this.#epoch }, at)
    this.#isClosed = true
    const end = { epoch: this.#entries.at(-1)?.epoch ?? 0, lastSeq: this.#entries.length }
    const call = { what: 'close', client: 'm', by: 'mentor', room, began, ended: at + step.after } as const
    this.lines.push(step.fate === 'answered' ? { ...call, outcome: 'ok', ...end } : { ...call, outcome: 'unknown' })
  }

  flush(): void {
    this.#stored = this.#entries.length
  }

  /** Redis comes back empty: the tail is gone, and is called suspect. */
  lose(at: number): void {
    this.lines.push({ what: 'fault', at, name: 'redis', detail: 'came back empty', mayLose: true })
    const lost = this.#entries.splice(this.#stored)
    this.#isClosed = this.#entries.at(-1)?.id === '!closed'
    this.#end('absent', { from: this.#stored + 1, to: this.#stored + Math.max(lost.length, 1) })
    const keptUpTo = { epoch: this.#epoch, seq: this.#stored }
    this.#epoch += 1
    for (const session of this.#listeners) {
      this.lines.push({ what: 'epoch', session, at, room, epoch: this.#epoch, keptUpTo })
    }
    // A closing that was asked for is written again by the epoch change.
    if (this.#isAsked && !this.#isClosed) {
      this.#append({ id: '!closed', by: '', epoch: this.#epoch }, at)
      this.#isClosed = true
    }
  }

  listen(session: string, at: number): void {
    this.#listeners.push(session)
    const last = this.#entries.length
    this.lines.push({ what: 'listening', session, at, room, after: `${this.#epoch}:${last}` })
  }

  finish(at: number): Run {
    const lastSeq = this.#entries.length
    for (const session of this.#listeners) {
      if (this.#isClosed) this.lines.push({ what: 'ended', session, at, room, epoch: this.#epoch, lastSeq })
      this.lines.push({ what: 'settled', session, at, room })
    }
    const last = this.#entries.at(-1)?.epoch ?? this.#epoch
    const isSuspect = this.#ends.some(({ suspect }) => suspect !== undefined)
    if (this.#isClosed && this.#ends.every(({ epoch }) => epoch !== last)) this.#epoch = last
    if (this.#isClosed && this.#ends.every(({ epoch }) => epoch !== last)) this.#end('closed', undefined)
    const ending: Ending = {
      room,
      state: this.#isClosed ? (isSuspect ? 'suspect' : 'sealed') : 'open',
      lastSeq: this.#isClosed ? lastSeq : undefined,
      epochs: this.#ends,
      isReceiptValid: this.#isClosed ? true : undefined,
    }
    const rows = this.#entries.map((entry, index) => rowOf(entry, index + 1))
    return {
      lines: this.lines,
      record: { rows, endings: [ending], timeline: undefined, redis: undefined, alarms: [] },
    }
  }

  #append(entry: Kept, at: number): void {
    this.#entries.push(entry)
    const seq = this.#entries.length
    const { id, kind, from, body, epoch } = rowOf(entry, seq)
    const said = body === undefined ? {} : { body }
    for (const session of this.#listeners) {
      this.lines.push({ what: 'heard', session, at, room, epoch, seq, id, kind, from, ...said })
    }
  }

  #end(cause: string, suspect: { from: number; to: number } | undefined): void {
    const firstSeq = (this.#ends.at(-1)?.lastSeq ?? 0) + 1
    this.#ends.push({ epoch: this.#epoch, firstSeq, lastSeq: this.#entries.length, cause, suspect })
  }
}

function rowOf({ id, by, epoch }: Kept, seq: number): KeptRow {
  const isClosed = id === '!closed'
  return {
    ...{ room, seq, epoch, id, from: isClosed ? null : by, kind: isClosed ? 'closed' : 'text' },
    ...{ body: isClosed ? undefined : `says ${id}`, isParked: false },
  }
}

function play(steps: readonly Step[]): Run {
  const one = new Room()
  const asked = steps.map((step, index) => ({ step, index, began: (index + 1) * stepMicros }))
  const inOrder = asked.toSorted((a, b) => a.began + a.step.before - (b.began + b.step.before))
  const said: { by: string; id: string }[] = []
  for (const { step, index, began } of asked) {
    if (step.what === 'send' || step.what === 'refuse') said[index] = { by: people[step.who] ?? '', id: `m${index}` }
    const known = said.filter((message) => message !== undefined)
    if (step.what === 'repeat' && known.length > 0) said[index] = known[(step.who * 7 + began) % known.length]!
  }
  const refused = new Set(asked.flatMap(({ step, index }) => (step.what === 'refuse' ? [said[index]?.id] : [])))
  for (const { step, index, began } of inOrder) {
    const message = said[index]
    const ended = began + step.before + step.after
    const isRefused = message !== undefined && refused.has(message.id)
    if (message !== undefined) {
      const body = `says ${message.id}`
      const call = { what: 'send', kind: 'text', room, client: `c${step.who}`, ...message, body, began, ended } as const
      if (isRefused) one.refuse({ ...call, outcome: 'fail' })
      else one.send({ ...call, outcome: 'unknown' }, step)
    } else if (step.what === 'close') one.close(began, step)
    else if (step.what === 'flush') one.flush()
    else if (step.what === 'lose') one.lose(began + step.before)
    else if (step.what === 'listen') one.listen(`s${index}`, began + step.before)
  }
  return one.finish((steps.length + 10) * stepMicros * 10)
}
