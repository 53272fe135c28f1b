import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Chance } from '../chance.ts'
import type { Attendant } from './crowd.ts'
import type { Device } from './device.ts'
import { endingOf } from './door.ts'
import type { Place } from './frames.ts'
import { Member } from './member.ts'
import { isWorthRepeating } from './outcome.ts'
import { backoffMs, pause, until } from './patience.ts'
import { Tasks } from './run.ts'
import type { Run } from './run.ts'
import { RoomCalls } from './room-calls.ts'
import { burstOf, scriptOf } from './script.ts'
import type { Step } from './script.ts'

export interface RoomPlan {
  name: string
  chance: Chance
  /** The mentor first. */
  people: readonly [Attendant, ...Attendant[]]
  messagesPerSecond: number
}

const opened = z.object({ id: z.string() })
/** Behind the answer that it is closed. */
const linesTooLate = 3

/** One room from its opening until its closing is final and everybody has heard its end. */
export class Room {
  readonly id: string
  readonly #run: Run
  readonly #plan: RoomPlan
  readonly #members: readonly [Member, ...Member[]]
  readonly #calls: RoomCalls
  readonly #ending = new AbortController()

  private constructor(run: Run, plan: RoomPlan, id: string) {
    const [mentor, ...others] = plan.people
    const memberOf = ({ person, devices }: Attendant): Member => new Member(this.#run, id, person, devices)
    this.id = id
    this.#run = { ...run, tasks: new Tasks(run.tasks) }
    this.#plan = plan
    this.#members = [memberOf(mentor), ...others.map(memberOf)]
    this.#calls = new RoomCalls(this.#run, id, mentor.person)
  }

  /** Undefined when the run was over before there was an answer, or it was refused for good. */
  static async open(run: Run, plan: RoomPlan): Promise<Room | undefined> {
    const [{ person: mentor }] = plan.people
    const body = { name: plan.name, topic: 'a load', seats: Math.max(1, plan.people.length - 1) }
    const headers = { 'idempotency-key': randomUUID() }
    for (let failures = 0; !run.over.aborted; failures += 1) {
      const reply = await mentor.ask({ method: 'POST', path: '/v1/rooms', body, headers })
      const room = reply.type === 'answered' ? opened.safeParse(reply.body).data : undefined
      if (room !== undefined) return new Room(run, plan, room.id)
      const ending = endingOf(reply)
      run.complaints.hear(ending, 'room')
      if (!isWorthRepeating(ending)) return undefined
      await pause(ending.retryMs ?? backoffMs(failures), run.over)
    }
    return undefined
  }

  /** Everybody takes a seat and listens. */
  async gather(): Promise<void> {
    await Promise.all(this.#members.map((member) => this.#join(member, true)))
  }

  /** Until the room is closed, or the load ends. */
  async live(): Promise<void> {
    const { ending } = this.#run
    const signal = AbortSignal.any([ending, this.#ending.signal])
    const { chance, messagesPerSecond } = this.#plan
    let due = performance.now()
    for (const step of scriptOf(chance.fork('script'), { people: this.#members.length, messagesPerSecond })) {
      due += step.afterMs
      await pause(Math.max(0, due - performance.now()), signal)
      if (signal.aborted) return
      // Whoever could not keep up does not make up for it.
      due = Math.max(due, performance.now() - 1000)
      if (!this.#run.tasks.isFull) void this.#run.tasks.add(this.#perform(step))
    }
  }

  /** Two clients close it at once, in the middle of a burst; some lines come too late. */
  async close(): Promise<void> {
    this.#ending.abort()
    const { ending, over, tasks } = this.#run
    if (over.aborted) return
    const chance = this.#plan.chance.fork('closing')
    const burst = ending.aborted ? [] : burstOf(chance, this.#members.length)
    const half = Math.floor(burst.length / 2)
    for (const line of burst.slice(0, half)) void tasks.add(this.#memberAt(line.who).say(line))
    const closings = [1, 2].map((closer) => this.#calls.close(closer))
    for (const line of burst.slice(half)) void tasks.add(this.#memberAt(line.who).say(line))
    await Promise.race(closings)
    for (const line of burst.slice(0, linesTooLate)) void tasks.add(this.#memberAt(line.who).say(line))
    await Promise.all(closings)
  }

  /**
   * Looks until the closing is final, who listens has heard the end, and it is known what became of everything: then nothing more
   * is written down about this room. False when the deadline came first, which may move.
   */
  async settle(deadline: () => number): Promise<boolean> {
    const end = await this.#calls.end(deadline)
    const knownAt = performance.now()
    const hasHeard = (): boolean => this.#run.over.aborted || this.#members.every((member) => hasHeardAll(member, end))
    const isHeard = await until(hasHeard, deadline)
    for (const member of this.#members) member.settle(end, knownAt)
    const isKnown = await until(() => this.#run.tasks.count === 0, deadline)
    return end !== undefined && isHeard && isKnown
  }

  #perform(step: Step): Promise<unknown> {
    switch (step.what) {
      case 'say':
        return this.#memberAt(step.who).say(step)
      case 'burst':
        return Promise.all(step.said.map((line) => this.#memberAt(line.who).say(line)))
      case 'edit':
        return this.#memberAt(step.who).edit(step.which, step.body)
      case 'delete':
        return this.#memberAt(step.who).delete(step.which)
      case 'react':
        return this.#memberAt(step.who).react(step.which, step.emoji)
      case 'leave':
      case 'kick':
        return this.#goAndComeBack(step)
      case 'cut':
        return Promise.resolve(this.#deviceAt(step.who)?.cut())
      case 'rewind':
        return Promise.resolve(this.#memberAt(step.who).listeners[0]?.rewind(step.which))
      case 'slow':
        return this.#deviceAt(step.who)?.beSlow(step.forMs) ?? Promise.resolve()
      default:
        return step satisfies never
    }
  }

  /** The mentor stays. */
  async #goAndComeBack({ what, who, forMs }: Extract<Step, { what: 'leave' | 'kick' }>): Promise<void> {
    const member = this.#memberAt(who)
    if (member === this.#members[0] || member.isMoving) return
    member.isMoving = true
    const { outcome } = await this.#calls.seat(what, member.person)
    if (outcome === 'ok') member.depart()
    await pause(forMs, this.#run.ending)
    const isStillOpen = !this.#ending.signal.aborted && !this.#run.ending.aborted
    if (outcome === 'ok' && isStillOpen) await this.#join(member, forMs % 2 === 0)
    member.isMoving = false
  }

  async #join(member: Member, isFromStart: boolean): Promise<void> {
    const { outcome } = await this.#calls.seat('join', member.person)
    if (outcome === 'ok') member.listen(isFromStart)
  }

  #memberAt(who: number): Member {
    return this.#members[who] ?? this.#members[0]
  }

  #deviceAt(who: number): Device | undefined {
    return this.#memberAt(who).listeners[0]?.device
  }
}

function hasHeardAll({ listeners }: Member, end: Place | undefined): boolean {
  return listeners.every((listener) => listener.isOver || end === undefined || listener.hasHeard(end))
}
