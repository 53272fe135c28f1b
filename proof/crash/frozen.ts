import { randomUUIDv7 } from 'node:crypto'
import type { ExecutionContext, TestFn } from 'ava'
import type { CrashPoint } from '../../src/platform/crash-point.ts'
import type { ProcessName, Stack } from '../../test/support/stack.ts'
import { postsHeard } from './lab.ts'
import type { Lab, Strike } from './lab.ts'
import { Pictures } from './pictures.ts'
import { CrashRoom } from './room.ts'

/**
 * Stronger than a crash: the process stops for a while at the point, others take its work over and go on, and then it goes on, too, believing
 * that nothing has happened. Only points outside of transactions: in one, MySQL keeps others away until it gives the connection up.
 */
export interface Freeze {
  at: CrashPoint
  who: 'server-1' | 'worker-1'
  when: string
  play(ice: Ice): Promise<void>
}

export interface Ice {
  t: ExecutionContext
  lab: Lab
  /** From now on the process freezes at the point. */
  arm(): Promise<void>
  /** Resolves when it has; of a worker, when a second one works in its place. */
  frozen(): Promise<void>
  /** It goes on where it stopped; a worker until it has done all that it had begun. */
  thaw(): Promise<void>
}

export function playFreezes(test: TestFn, lab: () => Lab, freezes: readonly Freeze[]): void {
  for (const { at, who, when, play } of freezes) {
    test.serial(`${who} frozen at "${at}": ${when}`, async (t) => {
      t.timeout(240_000)
      const freezer = who === 'worker-1' ? new WorkerFreezer(lab()) : new Freezer(lab(), who)
      try {
        await play({
          ...{ t, lab: lab() },
          arm: () => freezer.arm(at),
          frozen: () => freezer.frozen(),
          thaw: () => freezer.thaw(),
        })
      } finally {
        await freezer.end()
      }
    })
  }
}

class Freezer {
  protected readonly stack: Stack
  readonly #lab: Lab
  readonly #who: ProcessName
  #strike: Strike | undefined
  #wakeAgain: NodeJS.Timeout | undefined

  constructor(lab: Lab, who: ProcessName) {
    this.#lab = lab
    this.stack = lab.stack
    this.#who = who
  }

  async arm(point: CrashPoint): Promise<void> {
    this.#strike = await this.#lab.arm(this.#who, { point, passing: 1, signal: 'SIGSTOP' })
  }

  async frozen(): Promise<void> {
    if (this.#strike === undefined) throw new Error('nothing was armed')
    await this.#strike.struck()
  }

  /** The process says that it stops a moment before it does: who wakes it in between wakes nobody, so it is done more than once. */
  async thaw(): Promise<void> {
    this.#wake()
    this.#wakeAgain ??= setInterval(() => this.#wake(), 50)
  }

  async end(): Promise<void> {
    clearInterval(this.#wakeAgain)
    this.#wake()
  }

  #wake(): void {
    this.stack.childOf(this.#who).kill('SIGCONT')
  }
}

class WorkerFreezer extends Freezer {
  #restart: Promise<void> | undefined

  constructor(lab: Lab) {
    super(lab, 'worker-1')
  }

  override async frozen(): Promise<void> {
    await super.frozen()
    await this.stack.start('worker-2')
  }

  /** SIGTERM lets it finish what it was at. */
  override async thaw(): Promise<void> {
    await super.thaw()
    const code = await this.stack.terminate('worker-1')
    if (code !== 0) throw new Error(`the worker ended with ${code}:\n${this.stack.logOf('worker-1')}`)
    this.#restart = this.stack.start('worker-1')
  }

  override async end(): Promise<void> {
    if (this.#restart === undefined) await this.thaw()
    await super.end()
    await this.#restart
    await this.stack.terminate('worker-2')
  }
}

/** What is said once to a server that stops, and once more to the other one. */
const lineRepeated: Freeze['play'] = async ({ t, lab, arm, frozen, thaw }) => {
  const room = await CrashRoom.open(lab)
  const line = { id: randomUUIDv7(), body: 'said twice' }
  await arm()
  const late = room.trySaying(line, 'server-1')
  await frozen()
  await room.sayAgain(line, 'unknown', 'server-2')
  const place = room.lastPlace
  await room.say('meanwhile')
  await thaw()
  t.deepEqual(await late, place)
  await room.mustEndWell(t)
}

const lineTooLate: Freeze['play'] = async ({ t, lab, arm, frozen, thaw }) => {
  const room = await CrashRoom.open(lab)
  await arm()
  const late = room.trySaying({ id: randomUUIDv7(), body: 'too late' }, 'server-1')
  await frozen()
  await room.close()
  t.is(await room.final(), 'sealed')
  await thaw()
  await t.throwsAsync(late, { message: /room_closed/ })
  await room.mustEndWell(t)
}

const epochChange: Freeze['play'] = async ({ t, lab, arm, frozen, thaw }) => {
  const room = await CrashRoom.open(lab)
  await room.fill()
  await lab.noFlushOf(room.id)
  await room.outliveRedis()
  const line = { id: randomUUIDv7(), body: 'into a new epoch' }
  await arm()
  const late = room.trySaying(line, 'server-1')
  await frozen()
  await room.say('into another one')
  await thaw()
  await room.sayAgain(line, await late, 'server-1')
  await room.say('and on')
  await room.mustEndWell(t)
}

const closing: Freeze['play'] = async ({ t, lab, arm, frozen, thaw }) => {
  const { mentor } = lab.company
  const room = await CrashRoom.open(lab)
  await arm()
  const late = mentor.ask('server-1', `POST /v1/rooms/${room.id}/close`)
  await frozen()
  t.is(await room.final(), 'sealed')
  const known = await mentor.askAgain('server-2', `POST /v1/rooms/${room.id}/close`)
  await thaw()
  const answer = await late
  if (answer === 'unknown') return t.fail()
  t.is(answer.status, 202)
  t.is(answer.body['lastSeq'], known.body['lastSeq'])
  await room.mustEndWell(t)
}

export const serverFreezes: readonly Freeze[] = [
  { at: 'append: batch taken, not sent', who: 'server-1', when: 'its line was repeated elsewhere', play: lineRepeated },
  { at: 'append: batch taken, not sent', who: 'server-1', when: 'the room was sealed meanwhile', play: lineTooLate },
  {
    at: 'append: kept, not acknowledged',
    who: 'server-1',
    when: 'its line was repeated elsewhere',
    play: lineRepeated,
  },
  { at: 'epoch: committed, not installed', who: 'server-1', when: 'the next epoch began meanwhile', play: epochChange },
  { at: 'epoch: installed, not used', who: 'server-1', when: 'the epoch was used meanwhile', play: epochChange },
  { at: 'closing: written down, no fence', who: 'server-1', when: 'the room was sealed meanwhile', play: closing },
  { at: 'closing: fence up, not written down', who: 'server-1', when: 'the room was sealed meanwhile', play: closing },
  { at: 'closing: fenced, worker not called', who: 'server-1', when: 'the room was sealed meanwhile', play: closing },
]

const flush: Freeze['play'] = async ({ t, lab, arm, frozen, thaw }) => {
  const room = await CrashRoom.open(lab)
  await arm()
  for (let n = 0; n < 12; n += 1) await room.say(`line ${n}`)
  await frozen()
  await room.fill()
  await room.say('not stored yet')
  await thaw()
  await room.say('and on')
  await room.fill()
  await room.mustEndWell(t)
}

/** The late trim is of an epoch that is over. */
const flushIntoAnotherEpoch: Freeze['play'] = async ({ t, lab, arm, frozen, thaw }) => {
  const room = await CrashRoom.open(lab)
  await arm()
  for (let n = 0; n < 12; n += 1) await room.say(`line ${n}`)
  await frozen()
  await room.outliveRedis()
  await room.say('in the next epoch')
  await thaw()
  await room.say('and on')
  await room.mustEndWell(t)
}

const sealing: Freeze['play'] = async ({ t, lab, arm, frozen, thaw }) => {
  const room = await CrashRoom.open(lab)
  await arm()
  await room.close()
  await frozen()
  t.is(await room.final(), 'sealed')
  await thaw()
  await room.mustEndWell(t)
  await room.mustEndWell(t)
}

const sleeping: Freeze['play'] = async ({ t, lab, arm, frozen, thaw }) => {
  const room = await CrashRoom.open(lab)
  await room.fill()
  await lab.noFlushOf(room.id)
  await arm()
  await room.isIdle()
  await frozen()
  await room.say('good morning')
  await thaw()
  await room.say('and good day')
  await room.mustEndWell(t)
}

const relaying: Freeze['play'] = async ({ t, lab, arm, frozen, thaw }) => {
  const { alice } = lab.company
  const post = async (text: string): Promise<string> => {
    const headers = { 'idempotency-key': randomUUIDv7() }
    const answer = await alice.ask('server-2', 'POST /v1/posts', { body: { text }, headers })
    if (answer === 'unknown') throw new Error('no answer to a post')
    return String(answer.body['id'])
  }
  await arm()
  const first = await post('first')
  await frozen()
  const second = await post('second')
  await lab.hears(second)
  await thaw()
  const third = await post('third')
  await lab.hears(third)
  t.deepEqual((await postsHeard(lab.company)).slice(-3), [first, second, third])
}

const rendering: Freeze['play'] = async ({ t, lab, arm, frozen, thaw }) => {
  const pictures = new Pictures(lab)
  const upload = await pictures.newUpload(lab.company.alice)
  await arm()
  const answer = await upload('server-2')
  if (answer === 'unknown') return t.fail()
  await frozen()
  await pictures.ready(String(answer.body['id']))
  await thaw()
  await pictures.mustBeTidy(t)
  await pictures.ready(String(answer.body['id']))
}

export const workerFreezes: readonly Freeze[] = [
  { at: 'flush: peeked, not stored', who: 'worker-1', when: 'another one flushed the room meanwhile', play: flush },
  { at: 'flush: committed, not trimmed', who: 'worker-1', when: 'another one flushed the room meanwhile', play: flush },
  { at: 'flush: committed, not trimmed', who: 'worker-1', when: 'the next epoch began', play: flushIntoAnotherEpoch },
  { at: 'flush: peeked, not stored', who: 'worker-1', when: 'the next epoch began', play: flushIntoAnotherEpoch },
  { at: 'sleep: noted, keys not gone', who: 'worker-1', when: 'the room was woken meanwhile', play: sleeping },
  { at: 'sealing: draining, not flushed', who: 'worker-1', when: 'another one sealed the room', play: sealing },
  { at: 'sealing: room told, not verified', who: 'worker-1', when: 'another one sealed the room', play: sealing },
  { at: 'sealing: transcripts named, not signed', who: 'worker-1', when: 'another one sealed the room', play: sealing },
  { at: 'sealing: key kept, receipt not', who: 'worker-1', when: 'another one sealed the room', play: sealing },
  { at: 'sealing: final, not retired', who: 'worker-1', when: 'another one looked after the room', play: sealing },
  {
    at: 'relay: committed, not published',
    who: 'worker-1',
    when: 'another one relayed what came next',
    play: relaying,
  },
  {
    at: 'render: renditions stored, not noted',
    who: 'worker-1',
    when: 'another one rendered the picture',
    play: rendering,
  },
]
