import { z } from 'zod'
import type { Send } from '../history/line.ts'
import type { Device } from './device.ts'
import { endingOf } from './door.ts'
import type { Door } from './door.ts'
import { formatPlace } from './frames.ts'
import type { Place } from './frames.ts'
import { RoomListener } from './listener.ts'
import { isWorthRepeating } from './outcome.ts'
import type { Ending } from './outcome.ts'
import { backoffMs, pause } from './patience.ts'
import type { Person } from './person.ts'
import type { Run } from './run.ts'
import type { Line } from './script.ts'

type Words = Pick<Send, 'kind' | 'body'> & { target?: string; emoji?: string; way?: number | undefined }
type Said = Words & { id: string }

/** A try that was made, and where the message stands if it was kept. */
interface Try {
  ending: Ending
  place?: Place & { isStored: boolean }
}

const acked = z.object({ id: z.string(), epoch: z.number(), seq: z.number(), duplicate: z.boolean(), kept: z.string() })
const mostUnstored = 2000
const mostPlaces = 50
/** Of what was acknowledged. */
const doubtedShare = 0.04
/** Of the first tries; the others go over the socket. */
const httpShare = 0.1

/** One person in one room, over all their devices: what they say until it is known what became of it, and what they hear. */
export class Member {
  readonly person: Person
  readonly #run: Run
  readonly #room: string
  readonly #devices: readonly Device[]
  #listeners: RoomListener[] = []
  #visits = 0
  /** Acknowledged, and not yet known to be in MySQL. */
  #unstored: (Said & { place: Place })[] = []
  #places: Place[] = []
  #own: Place[] = []
  /** Whether they are coming or going. */
  isMoving = false

  constructor(run: Run, room: string, person: Person, devices: readonly Device[]) {
    this.#run = run
    this.#room = room
    this.person = person
    this.#devices = devices
  }

  get listeners(): readonly RoomListener[] {
    return this.#listeners
  }

  /** Without a seat there is nothing more to hear. */
  depart(): void {
    for (const listener of this.#listeners) listener.depart()
  }

  /** All devices listen, each from the beginning or from where it was when the seat was given up. */
  listen(isFromStart: boolean): void {
    const before = new Map(this.#listeners.map((listener) => [listener.device, listener.last]))
    this.#visits += 1
    this.#listeners = this.#devices.map((device) => {
      const from = (isFromStart ? undefined : before.get(device)) ?? { epoch: 0, seq: 0 }
      return this.#listenerOf(device, from)
    })
  }

  /** Nobody listens any more. Where it is known where the room ends, who has heard all of it says so. */
  settle(end: Place | undefined, knownAt: number): void {
    for (const listener of this.#listeners) {
      if (end !== undefined) listener.settle(end, knownAt)
      listener.leave()
    }
  }

  /** Resolves when it is known what became of it, or the run is over. */
  say({ body, way }: Line): Promise<void> {
    return this.#untilKnown({ kind: 'text', body, way, id: this.person.clock.uuid() })
  }

  async edit(which: number, body: string): Promise<void> {
    await this.#amend({ kind: 'edit', body }, this.#own, which)
  }

  async delete(which: number): Promise<void> {
    await this.#amend({ kind: 'delete', body: '' }, this.#own, which)
  }

  async react(which: number, emoji: string): Promise<void> {
    await this.#amend({ kind: 'react', body: '', emoji }, this.#places, which)
  }

  async #amend(words: Words, places: readonly Place[], which: number): Promise<void> {
    const place = places[Math.floor(which * places.length)]
    if (place === undefined) return
    await this.#untilKnown({ ...words, target: formatPlace(place), id: this.person.clock.uuid() })
  }

  async #untilKnown(said: Said): Promise<void> {
    const { over } = this.#run
    for (let tries = 0; !over.aborted; tries += 1) {
      const made = await this.#try(said, tries)
      if (made?.place !== undefined) this.#wasKept(said, made.place)
      if (made !== undefined && !isWorthRepeating(made.ending)) {
        if (made.place !== undefined && isDoubted(said)) await this.#sayAgain(said, tries + 1)
        return
      }
      await pause(made?.ending.retryMs ?? backoffMs(tries), over)
    }
  }

  /** Somebody who was told that it is kept and asks once more, by another way: the answer has to be the same. */
  async #sayAgain(said: Said, tries: number): Promise<void> {
    const again = await this.#try(said, tries)
    if (again?.place !== undefined) this.#wasKept(said, again.place)
  }

  /** Each try at another place than the one before. Undefined where none could be made: nothing has left. */
  #try(said: Said, tries: number): Promise<Try | undefined> {
    const { doors } = this.#run
    const way = said.way ?? 0
    const turn = tries + Math.floor(way * 100)
    const device = this.#devices[turn % this.#devices.length]
    const isByHttp = said.kind === 'text' && (tries === 0 ? way < httpShare : tries % 2 === 1)
    if (isByHttp) return this.#tryByHttp(said, doors[turn % doors.length] ?? doors[0])
    return device === undefined ? Promise.resolve(undefined) : this.#tryBySocket(said, device)
  }

  async #tryBySocket(said: Said, device: Device): Promise<Try | undefined> {
    if (!device.isReady) return undefined
    const ended = this.#begin(said, device.name)
    const answer = await device.request({ ...frameOf(said), room: this.#room })
    if (answer === undefined) throw new Error('a ready device did not send')
    if (answer.type === 'refused') return this.#failed(answer.ending, ended)
    return this.#kept(said, answer.frame, ended)
  }

  async #tryByHttp(said: Said, door: Door): Promise<Try> {
    const ended = this.#begin(said, `${this.person.username}@${door.name}`)
    const body = { id: said.id, body: said.body }
    const reply = await this.person.ask({ method: 'POST', path: `/v1/rooms/${this.#room}/messages`, body }, door)
    const ending = endingOf(reply)
    if (ending.outcome !== 'ok' || reply.type !== 'answered') return this.#failed(ending, ended)
    return this.#kept(said, reply.body, ended)
  }

  #begin({ kind, id, body, target }: Said, client: string): ReturnType<Run['notes']['begin']> {
    const call = { client, by: this.person.username, room: this.#room }
    return this.#run.notes.begin({ what: 'send', ...call, kind, id, body, ...(target === undefined ? {} : { target }) })
  }

  #failed(ending: Ending, ended: (ending: Ending) => void): Try {
    ended(ending)
    this.#run.complaints.hear(ending, 'send')
    return { ending }
  }

  /** An answer that acknowledges something else than was said is none. */
  #kept(said: Said, answer: unknown, ended: ReturnType<Run['notes']['begin']>): Try {
    const ack = acked.safeParse(answer).data
    if (ack?.id !== said.id) {
      this.#run.notes.remark(`${said.id} was answered with ${JSON.stringify(answer).slice(0, 500)}`)
      return this.#failed({ outcome: 'unknown', code: 'answered with something else' }, ended)
    }
    const { epoch, seq, duplicate } = ack
    ended({ outcome: 'ok' }, { epoch, seq, isDuplicate: duplicate })
    return { ending: { outcome: 'ok' }, place: { epoch, seq, isStored: ack.kept === 'stored' } }
  }

  #wasKept(said: Said, { epoch, seq, isStored }: NonNullable<Try['place']>): void {
    if (said.kind === 'text') remember(this.#own, { epoch, seq })
    if (isStored || this.#unstored.length >= mostUnstored) return
    this.#unstored.push({ ...said, place: { epoch, seq } })
  }

  /** What was acknowledged and then lost with its epoch is offered again, under its own id. */
  #offerAgain(epoch: number, keptUpTo: Place): void {
    const isLost = ({ place }: { place: Place }): boolean => place.epoch < epoch && place.seq > keptUpTo.seq
    const lost = this.#unstored.filter(isLost)
    this.#unstored = this.#unstored.filter((said) => !isLost(said))
    for (const said of lost) void this.#run.tasks.add(this.#untilKnown(said))
  }

  #listenerOf(device: Device, from: Place): RoomListener {
    return new RoomListener({
      ...{ room: this.#room, device, from, over: this.#run.over },
      name: `${device.name}#${this.#room}.${this.#visits}`,
      saw: (sight) => this.#run.notes.saw(sight),
      onText: (place) => remember(this.#places, place),
      onEpoch: (epoch, keptUpTo) => this.#offerAgain(epoch, keptUpTo),
      onStored: (seq) => {
        if ((this.#unstored[0]?.place.seq ?? Infinity) > seq) return
        this.#unstored = this.#unstored.filter(({ place }) => place.seq > seq)
      },
    })
  }
}

/** Some of what is said, as the script decides. */
export function isDoubted({ way = 0 }: { way?: number | undefined }): boolean {
  return (way * 1000) % 1 < doubtedShare
}

function remember(places: Place[], place: Place): void {
  places.push(place)
  if (places.length > mostPlaces) places.shift()
}

function frameOf({ kind, id, body, target, emoji }: Said): Record<string, unknown> {
  switch (kind) {
    case 'text':
      return { type: 'send', id, body }
    case 'edit':
      return { type: 'edit', id, target, body }
    case 'delete':
      return { type: 'delete', id, target }
    case 'react':
      return { type: 'react', id, target, emoji }
    default:
      return kind satisfies never
  }
}
