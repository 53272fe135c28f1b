import type { Crowd } from './crowd.ts'
import { backoffMs, pause, until } from './patience.ts'
import { Room } from './room.ts'
import type { RoomPlan } from './room.ts'
import type { Run } from './run.ts'

/** Of all people, in one room: the fan-out is what costs. */
const peopleShare = 0.35
const fewestInRoom = 3

/** Rooms side by side; where they do not live for ever, each is followed by another. */
export class Rooms {
  readonly opened: string[] = []
  readonly settled: string[] = []
  readonly #run: Run
  readonly #crowd: Crowd
  readonly #settling = new Set<Promise<unknown>>()
  readonly #mayClose = Promise.withResolvers<void>()
  #lanes: Promise<unknown> = Promise.resolve()
  #deadline = Infinity

  constructor(run: Run, crowd: Crowd) {
    this.#run = run
    this.#crowd = crowd
  }

  /** Resolves when the first ones are full and people begin to talk. Throws when none can be opened. */
  async open(): Promise<void> {
    const lanes = Array.from({ length: this.#run.options.rooms }, (_, lane) => lane)
    const rooms = await Promise.all(lanes.map((lane) => this.#open(lane, 0)))
    if (rooms.every((room) => room === undefined))
      throw new Error(`no room can be opened: ${this.#run.complaints.last}`)
    this.#lanes = Promise.all(rooms.map((room, lane) => this.#live(lane, room)))
  }

  /** Closes all that are open and waits for all endings, at most until the deadline. */
  async close(deadline: number): Promise<void> {
    this.#deadline = deadline
    this.#mayClose.resolve()
    let isDone = false
    const mark = (): void => void (isDone = true)
    void this.#lanes.then(() => Promise.all(this.#settling)).then(mark)
    await until(() => isDone, deadline)
  }

  /** One room after the other. Where none can be opened another mentor tries, until nothing new is to begin: no lane falls silent. */
  async #live(lane: number, first: Room | undefined): Promise<void> {
    const { ending, notes, complaints } = this.#run
    let refusals = 0
    for (let room = first, turn = 1; room !== undefined || !ending.aborted; turn += 1) {
      if (room === undefined) {
        if (refusals === 0) notes.remark(`no room could be opened: ${complaints.last}`)
        await pause(backoffMs(refusals), ending)
        refusals += 1
      } else {
        refusals = 0
        await this.#follow(room, this.#lifeMs(lane, turn))
      }
      room = ending.aborted ? undefined : await this.#open(lane, turn)
    }
  }

  /** From when people are in until it is closed. */
  async #follow(room: Room, lifeMs: number): Promise<void> {
    const { ending } = this.#run
    const life = room.live()
    await pause(lifeMs, ending)
    if (ending.aborted) await this.#mayClose.promise
    await room.close()
    await life
    this.#settle(room)
  }

  #settle(room: Room): void {
    const settled = this.#untilSettled(room).finally(() => this.#settling.delete(settled))
    this.#settling.add(settled)
  }

  async #untilSettled(room: Room): Promise<void> {
    if (await room.settle(() => this.#deadline)) this.settled.push(room.id)
  }

  async #open(lane: number, turn: number): Promise<Room | undefined> {
    const room = await Room.open(this.#run, this.#planOf(lane, turn))
    if (room === undefined) return undefined
    this.opened.push(room.id)
    await room.gather()
    return room
  }

  /** A room has one of the mentors, and some of the others. */
  #planOf(lane: number, turn: number): RoomPlan {
    const { chance, options } = this.#run
    const own = chance.fork(`room ${lane} ${turn}`)
    const { people, mentors } = this.#crowd
    const mentor = mentors[(lane + turn) % mentors.length]
    if (mentor === undefined) throw new Error('a load needs people')
    const count = Math.max(fewestInRoom, Math.round(people.length * peopleShare)) - 1
    const others = people.filter((one) => one !== mentor)
    return {
      name: `load ${options.seed} ${lane}.${turn}`,
      chance: own,
      people: [mentor, ...own.some(others, count)],
      messagesPerSecond: options.messagesPerSecond / options.rooms,
    }
  }

  /** Around the one that is wanted, so that not all close at once. */
  #lifeMs(lane: number, turn: number): number {
    const { chance, options } = this.#run
    if (options.roomLifeMs === undefined) return longestTimerMs
    return options.roomLifeMs * (0.5 + chance.fork(`life ${lane} ${turn}`).next())
  }
}

const longestTimerMs = 2 ** 31 - 1
