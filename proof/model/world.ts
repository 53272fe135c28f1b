import type { Place } from '../../src/ledger/entry.ts'
import { Locals } from './local.ts'
import type { Local } from './local.ts'
import { Refused } from './mysql.ts'
import type { Mysql } from './mysql.ts'
import { forgetWitness, heard } from './outside.ts'
import type { LineOfClient, Outside } from './outside.ts'
import { become } from './process.ts'
import type { Become, Seen, Step } from './process.ts'
import { drain } from './programs/append.ts'
import { closeRoom } from './programs/closing.ts'
import { alice } from './programs/context.ts'
import type { Context } from './programs/context.ts'
import { flushRoom } from './programs/flush.ts'
import { driveClosing } from './programs/sealing.ts'
import { putToSleep } from './programs/sleep.ts'
import { headOf, hold, rebase } from './redis.ts'
import type { Kept, Redis, Room } from './redis.ts'
import { chainDigest } from '../../src/ledger/entry.ts'
import type { Holds } from './rules.ts'
import type { Fault, Job, Scenario, Server } from './scenario.ts'

/** Everything at one moment. What is equal is the same object, so that a moment has a short key. */
export interface Moment {
  redis: Cell<Redis>
  /** What an older Redis would come back with; undefined while nobody has copied it. */
  copy: Cell<{ room: Room | undefined }> | undefined
  mysql: Cell<Mysql>
  outside: Cell<Outside>
  /** Clients as their server sees them, then the one who closes, then workers. */
  slots: readonly Local[]
  /** Commands that will arrive, of which nobody waits for the answer. */
  late: readonly Local[]
  /** The slot that holds the row, -1 if none does. */
  lock: number
  faults: Readonly<Partial<Record<Fault, number>>>
}

export interface Cell<T> {
  id: number
  value: T
}

class Pool<T extends object> {
  readonly #cells = new Map<string, Cell<T>>()

  /** After a step that may have changed nothing. */
  after(before: Cell<T>, value: T): Cell<T> {
    return isSame(before.value, value) ? before : this.cell(value)
  }

  cell(value: T): Cell<T> {
    const key = JSON.stringify(value)
    const cell = this.#cells.get(key) ?? { id: this.#cells.size, value }
    this.#cells.set(key, cell)
    return cell
  }
}

function isSame<T extends object>(a: T, b: T): boolean {
  for (const field in a) if (a[field] !== b[field]) return false
  return true
}

/** One thing that can happen next. */
export interface Move {
  /** Who does what: for the reader of a trace. */
  says: () => string
  to: Moment
}

const other: Record<Server, Server> = { 'server 1': 'server 2', 'server 2': 'server 1' }

/** A scenario under some rules: where it begins, and what can happen next at any moment of it. */
export class World {
  readonly scenario: Scenario
  readonly context: Context
  readonly locals = new Locals()
  readonly #redis = new Pool<Redis>()
  readonly #copies = new Pool<{ room: Room | undefined }>()
  readonly #mysql = new Pool<Mysql>()
  readonly #outside = new Pool<Outside>()
  readonly #closer: number
  readonly #firstWorker: number

  constructor(scenario: Scenario, holds: Holds) {
    this.scenario = scenario
    this.context = { holds, maxIds: scenario.maxIds }
    this.#closer = scenario.sends.length
    this.#firstWorker = this.#closer + 1
  }

  first(): Moment {
    const { scenario } = this
    const { redis, mysql } = scenario.room === 'new' ? unused : used()
    const ids = scenario.sends.flatMap(({ batches }) => batches.flat())
    const line: LineOfClient = { state: 'new', tries: 0, isLate: false }
    return {
      redis: this.#redis.cell(redis),
      copy: undefined,
      mysql: this.#mysql.cell(mysql),
      outside: this.#outside.cell({
        lines: Object.fromEntries(ids.map((id) => [id, line])),
        ...{ acks: [], unwritten: {}, closeAnswer: undefined, losses: [] },
      }),
      slots: Array.from({ length: this.#firstWorker + scenario.workers }, () => this.locals.idle),
      ...{ late: [], lock: -1, faults: {} },
    }
  }

  /** Two workers who stand in the same places are as good as each other. */
  key(moment: Moment): string {
    const { redis, copy, mysql, outside, slots, late, lock, faults } = moment
    const names = slots.map((local, slot) => (slot === lock ? -local.id : local.id))
    const workers = names.splice(this.#firstWorker).toSorted((one, two) => one - two)
    const shared = `${redis.id},${copy?.id},${mysql.id},${outside.id}`
    return `${shared};${names.join()};${workers.join()};${late.map(({ id }) => id).join()};${faultKinds.map((kind) => faults[kind]).join()}`
  }

  isQuiet(moment: Moment): boolean {
    return moment.late.length === 0 && moment.slots.every((local) => local === this.locals.idle)
  }

  /** What can go on by itself, and what can go wrong. */
  moves(moment: Moment): { steps: Move[]; begun: Move[]; faults: Move[] } {
    const steps = moment.slots.flatMap((_, slot) => this.step(moment, slot))
    const arriving = moment.late.map((local, index) => this.#arrive(moment, local, index))
    return {
      steps: [...steps, ...arriving, ...this.#witnesses(moment)],
      begun: this.#begun(moment),
      faults: this.#faults(moment),
    }
  }

  nameOf(slot: number): string {
    if (slot < this.#closer) return `client ${slot + 1}`
    return slot === this.#closer ? 'who closes' : `worker ${slot - this.#closer}`
  }

  /** The step that a slot takes next, if it can take it. */
  step(moment: Moment, slot: number): Move[] {
    const local = moment.slots[slot]
    const step = local?.next
    if (local === undefined || step === undefined || !this.#canTake(moment, slot, step)) return []
    const hasLostLock = step.isLocked && step.on === 'mysql' && moment.lock !== slot && this.context.holds('rowLock')
    const done = hasLostLock ? 'refused' : this.#run(moment, step)
    const after = done === 'refused' ? this.locals.unanswered(local) : this.locals.answered(local, done.answer)
    const isLocking = step.on === 'lock' && this.context.holds('rowLock')
    const to = done === 'refused' ? moment : isLocking ? { ...done.to, lock: slot } : done.to
    const says = (): string =>
      `${this.nameOf(slot)}: ${step.name}${done === 'refused' ? ' – refused' : summaryOf(done.answer)}`
    return [{ says, to: this.#moved(to, slot, after) }]
  }

  #canTake(moment: Moment, slot: number, step: Step): boolean {
    if (step.on === 'lock') return moment.lock === -1 || !this.context.holds('rowLock')
    return step.on !== 'wait' || step.isOver(this.#seen(moment, slot))
  }

  #seen({ redis, mysql, outside, slots }: Moment, slot: number): Seen {
    const next = slots.flatMap((local, index) => (index === slot ? [] : (local.next?.name ?? [])))
    return { redis: redis.value, mysql: mysql.value, outside: outside.value, next }
  }

  #run(moment: Moment, step: Step): { to: Moment; answer: unknown } | 'refused' {
    switch (step.on) {
      case 'redis': {
        const redis = { ...moment.redis.value }
        const answer = step.run(redis)
        return { to: { ...moment, redis: this.#redis.after(moment.redis, redis) }, answer }
      }
      case 'lock':
      case 'mysql':
        return this.#runMysql(moment, step)
      case 'outside': {
        const outside = { ...moment.outside.value }
        const answer = step.run(outside)
        return { to: { ...moment, outside: this.#outside.cell(outside) }, answer }
      }
      case 'wait':
        return { to: moment, answer: undefined }
      default:
        return step satisfies never
    }
  }

  #runMysql(moment: Moment, step: Step & { on: 'mysql' | 'lock' }): { to: Moment; answer: unknown } | 'refused' {
    const mysql = { ...moment.mysql.value }
    try {
      const answer = step.run(mysql)
      return { to: { ...moment, mysql: this.#mysql.after(moment.mysql, mysql) }, answer }
    } catch (error) {
      if (error instanceof Refused) return 'refused'
      throw error
    }
  }

  /** A process stands somewhere else now; a transaction that it has left is over. */
  #moved(moment: Moment, slot: number, local: Local): Moment {
    const slots = moment.slots.with(slot, local)
    const isLeft = local.next?.isLocked !== true || local.next.on === 'lock'
    const lock = isLeft && moment.lock === slot ? -1 : moment.lock
    return { ...moment, slots, lock }
  }

  #arrive(moment: Moment, local: Local, index: number): Move {
    const step = local.next as Step
    const done = this.#run(moment, step)
    const to = done === 'refused' ? moment : done.to
    return { says: () => `late: ${step.name}`, to: { ...to, late: moment.late.toSpliced(index, 1) } }
  }

  #witnesses(moment: Moment): Move[] {
    const { unwritten } = moment.outside.value
    return Object.entries(unwritten).flatMap(([server, epochs]) => {
      if (Object.keys(epochs).length === 0) return []
      const acked = { ...moment.mysql.value.acked }
      for (const [epoch, seq] of Object.entries(epochs)) acked[Number(epoch)] = Math.max(acked[Number(epoch)] ?? 0, seq)
      const mysql = this.#mysql.cell({ ...moment.mysql.value, acked })
      const outside = this.#outside.cell({ ...moment.outside.value, unwritten: { ...unwritten, [server]: {} } })
      return [{ says: () => `${server}: bears witness`, to: { ...moment, mysql, outside } }]
    })
  }

  #begun(moment: Moment): Move[] {
    return moment.slots.flatMap((local, slot) => {
      if (local !== this.locals.idle) return []
      if (slot < this.#closer) return this.#sends(moment, slot)
      return slot === this.#closer ? this.#closes(moment) : this.#works(moment, slot)
    })
  }

  #sends(moment: Moment, slot: number): Move[] {
    const sends = this.scenario.sends[slot]
    if (sends === undefined) return []
    const { lines } = moment.outside.value
    const waiting = sends.batches
      .map((batch) => batch.filter((id) => lines[id]?.state === 'new' || lines[id]?.state === 'unknown'))
      .filter((batch) => batch.length > 0)
    const tries = Math.max(0, ...waiting.flat().map((id) => lines[id]?.tries ?? 0))
    if (waiting.length === 0 || tries >= this.scenario.tries) return []
    const server = tries % 2 === 0 ? sends.server : other[sends.server]
    return [this.sent(moment, slot, server, waiting)]
  }

  /** A client hands its lines to a server. */
  sent(moment: Moment, slot: number, server: Server, batches: readonly (readonly string[])[]): Move {
    const outside = { ...moment.outside.value }
    for (const id of batches.flat()) {
      const line = outside.lines[id] as LineOfClient
      const isLate = line.tries === 0 ? outside.closeAnswer !== undefined : line.isLate
      outside.lines = { ...outside.lines, [id]: { state: 'sent', tries: line.tries + 1, isLate } }
    }
    const local = this.locals.begin(drain(this.context, server, batches) as Become)
    const to = { ...moment, outside: this.#outside.cell(outside), slots: moment.slots.with(slot, local) }
    return { says: () => `${this.nameOf(slot)}: sends ${batches.flat().join(', ')} by ${server}`, to }
  }

  #closes(moment: Moment): Move[] {
    const isClosing = moment.mysql.value.row.state !== 'open' || moment.outside.value.closeAnswer !== undefined
    return this.scenario.closes && !isClosing
      ? this.#beginAtOnce(moment, this.#closer, become(closeRoom, this.context))
      : []
  }

  #works(moment: Moment, slot: number): Move[] {
    return this.scenario.jobs.flatMap((job) =>
      this.#isDue(moment, job) ? this.#beginAtOnce(moment, slot, become(jobs[job], this.context)) : [],
    )
  }

  #isDue({ redis, mysql }: Moment, job: Job): boolean {
    const { row, closing } = mysql.value
    switch (job) {
      case 'flush':
        return (redis.value.room?.entries.length ?? 0) > 0
      case 'drive':
        return closing !== undefined && !closing.isSettled
      case 'sleep':
        // Once is enough: it would fall asleep and be woken for ever.
        return row.state === 'open' && !row.isAsleep && row.epoch <= 2
      default:
        return job satisfies never
    }
  }

  begin(moment: Moment, slot: number, begun: Become): Move {
    const to = { ...moment, slots: moment.slots.with(slot, this.locals.begin(begun)) }
    return { says: () => `${this.nameOf(slot)}: ${begun.program.name}`, to }
  }

  /** Nobody sees that a job begins: it begins with its first step. */
  #beginAtOnce(moment: Moment, slot: number, begun: Become): Move[] {
    const { says: saysBegun, to } = this.begin(moment, slot, begun)
    return this.step(to, slot).map((move) => ({ says: () => `${saysBegun()} – ${move.says()}`, to: move.to }))
  }

  #faults(moment: Moment): Move[] {
    const { faults, mostFaults } = this.scenario
    const sum = Object.values(moment.faults).reduce((all, count) => all + count, 0)
    const copied = this.#copied(moment)
    if (sum >= mostFaults) return []
    return [
      ...copied,
      ...faultKinds.flatMap((kind) => {
        const count = moment.faults[kind] ?? 0
        if (count >= (faults[kind] ?? 0)) return []
        const counted = { ...moment, faults: { ...moment.faults, [kind]: count + 1 } }
        return this.#happens(counted, kind).map(({ says, to }) => ({ says: () => `*${kind}* ${says()}`, to }))
      }),
    ]
  }

  /** No fault by itself: the Redis of this moment may come back later. */
  #copied(moment: Moment): Move[] {
    if (moment.copy !== undefined || this.scenario.faults.rollback === undefined) return []
    return [
      { says: () => 'redis: is copied', to: { ...moment, copy: this.#copies.cell({ room: moment.redis.value.room }) } },
    ]
  }

  #happens(moment: Moment, kind: Fault): Move[] {
    switch (kind) {
      case 'lost answer':
        return this.#clients(moment).flatMap((slot) => this.#loseAnswer(moment, slot))
      case 'late command':
        return this.#clients(moment).flatMap((slot) => this.#delay(moment, slot))
      case 'death of a server':
        return (['server 1', 'server 2'] as const).flatMap((server) => this.#kill(moment, server))
      case 'death of a worker':
        return moment.slots.flatMap((_, slot) => (slot < this.#firstWorker ? [] : this.#abort(moment, slot)))
      case 'restart':
        return [this.#restart(moment, moment.redis.value.room)]
      case 'rollback':
        return moment.copy === undefined
          ? []
          : [this.#restart(this.#lossy(moment, moment.copy.value.room), moment.copy.value.room)]
      case 'wipe':
        return [this.#restart(this.#lossy(moment, undefined), undefined)]
      case 'lost lock':
        return moment.lock === -1 ? [] : [{ says: () => this.nameOf(moment.lock), to: { ...moment, lock: -1 } }]
      case 'impatience':
        return moment.slots.flatMap((_, slot) => this.#hurry(moment, slot))
      default:
        return kind satisfies never
    }
  }

  #clients(moment: Moment): number[] {
    return moment.slots.flatMap((local, slot) =>
      slot <= this.#closer && local.next !== undefined && local.next.on !== 'outside' && local.next.on !== 'wait'
        ? [slot]
        : [],
    )
  }

  #loseAnswer(moment: Moment, slot: number): Move[] {
    const local = moment.slots[slot]
    return this.step(moment, slot).map(({ says, to }) => ({
      says,
      to: this.#moved(to, slot, this.locals.unanswered(local as Local)),
    }))
  }

  #delay(moment: Moment, slot: number): Move[] {
    const local = moment.slots[slot] as Local
    if (local.next?.on !== 'redis') return []
    const { name } = local.next
    const late = [...moment.late, local]
    return [
      {
        says: () => `${this.nameOf(slot)}: ${name}`,
        to: this.#moved({ ...moment, late }, slot, this.locals.unanswered(local)),
      },
    ]
  }

  #kill(moment: Moment, server: Server): Move[] {
    const slots = moment.slots.flatMap((local, slot) =>
      slot <= this.#closer && serverOf(local) === server ? [slot] : [],
    )
    const outside = { ...moment.outside.value }
    const isKnown = Object.keys(outside.unwritten[server] ?? {}).length > 0
    if (slots.length === 0 && !isKnown) return []
    forgetWitness(outside, server)
    for (const slot of slots) {
      const ids = (this.scenario.sends[slot]?.batches ?? []).flat()
      ids.filter((id) => outside.lines[id]?.state === 'sent').forEach((id) => heard(outside, id, 'unknown'))
    }
    const dead = slots.reduce((to, slot) => this.#moved(to, slot, this.locals.idle), moment)
    return [{ says: () => server, to: { ...dead, outside: this.#outside.cell(outside) } }]
  }

  #abort(moment: Moment, slot: number): Move[] {
    if (moment.slots[slot] === this.locals.idle) return []
    return [{ says: () => this.nameOf(slot), to: this.#moved(moment, slot, this.locals.idle) }]
  }

  /** The closed meta of a final room has a time to live. */
  expired(moment: Moment): Move {
    return {
      says: () => 'redis: forgets the room',
      to: { ...moment, redis: this.#redis.cell({ ...moment.redis.value, room: undefined }) },
    }
  }

  /** A new incarnation: what was on its way to the old one is gone. */
  #restart(moment: Moment, room: Room | undefined): Move {
    const redis = { run: moment.redis.value.run + 1, room }
    return { says: () => '', to: { ...moment, redis: this.#redis.cell(redis), late: [] } }
  }

  #lossy(moment: Moment, room: Room | undefined): Moment {
    const { row } = moment.mysql.value
    const isLeaving = moment.slots.some(({ next }) => next?.name === 'leave')
    if (row.isAsleep && moment.lock === -1 && !isLeaving) return moment
    // Of a room that was on hold for this epoch nobody can say that it was installed meanwhile.
    const isAsFar = room?.epoch === row.epoch && headOf(room) >= row.storedSeq
    const looksRestarted = isAsFar || (room?.heldFrom ?? Infinity) <= row.epoch
    const loss = room === undefined ? 'wipe' : looksRestarted ? 'rollback' : 'rollback over epochs'
    const outside = moment.outside.value
    return { ...moment, outside: this.#outside.cell({ ...outside, losses: [...outside.losses, loss] }) }
  }

  #hurry(moment: Moment, slot: number): Move[] {
    const local = moment.slots[slot]
    if (local?.next?.on !== 'wait' || local.next.name !== 'wait for the installation') return []
    if (this.#canTake(moment, slot, local.next)) return []
    return [{ says: () => this.nameOf(slot), to: this.#moved(moment, slot, this.locals.answered(local, undefined)) }]
  }
}

const jobs = { flush: flushRoom, drive: driveClosing, sleep: putToSleep }

const faultKinds: readonly Fault[] = [
  ...(['lost answer', 'late command', 'death of a server', 'death of a worker'] as const),
  ...(['restart', 'rollback', 'wipe', 'lost lock', 'impatience'] as const),
]

function serverOf({ begun }: Local): Server | undefined {
  const args = begun.args as { sending?: { server: Server }; maxIds?: number } | undefined
  if (args?.sending !== undefined) return args.sending.server
  return args?.maxIds === undefined ? undefined : 'server 1'
}

function summaryOf(answer: unknown): string {
  if (typeof answer === 'string' || typeof answer === 'number' || typeof answer === 'boolean')
    return ` → ${String(answer)}`
  if (typeof answer !== 'object' || answer === null) return ''
  if ('answers' in answer)
    return ` → ${(answer.answers as { type: string; place?: Place }[]).map(({ type, place }) => (place === undefined ? type : `${type} ${place.epoch}:${place.seq}`)).join(', ')}`
  if ('last' in answer) return ` → ${(answer.last as Place).epoch}:${(answer.last as Place).seq}`
  return 'type' in answer ? ` → ${String(answer.type)}` : ''
}

const row: Mysql['row'] = {
  ...{ epoch: 0, redisRun: '', state: 'open', storedSeq: 0, storedDigest: '', isAsleep: true, checkpointSeq: 0 },
}

const unused: { redis: Redis; mysql: Mysql } = {
  redis: { run: 1, room: undefined },
  mysql: { row, messages: [], parked: [], ends: [], acked: {}, closing: undefined },
}

/** The second epoch of a room in which one line was said and stored. */
function used(): { redis: Redis; mysql: Mysql } {
  const line: Kept = { epoch: 1, seq: 1, at: 0, sender: alice, id: 'first', kind: 'text', hash: '' }
  const digest = chainDigest('', line)
  const redis: Redis = { run: 1, room: undefined }
  hold(redis, 2, () => true)
  rebase(redis, { run: '1', epoch: 2, isClosed: false, storedSeq: 1, digest }, () => true)
  const end = { epoch: 1, firstSeq: 1, lastSeq: 1, digest, cause: 'sleep', suspect: undefined } as const
  return {
    redis,
    mysql: {
      ...unused.mysql,
      row: { ...row, epoch: 2, redisRun: '1', storedSeq: 1, storedDigest: digest, isAsleep: false },
      ...{ messages: [line], ends: [end] },
    },
  }
}
