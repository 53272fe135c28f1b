import { z } from 'zod'
import type { Seat } from '../history/line.ts'
import { endingOf } from './door.ts'
import type { Ask, Door, Reply } from './door.ts'
import type { Place } from './frames.ts'
import type { Answered, Begun } from './notes.ts'
import { isWorthRepeating } from './outcome.ts'
import type { Ending } from './outcome.ts'
import { backoffMs, pause } from './patience.ts'
import type { Person } from './person.ts'
import type { Run } from './run.ts'

const closing = z.object({ state: z.string(), epoch: z.number().optional(), lastSeq: z.number().optional() })
const finalStates: ReadonlySet<string> = new Set(['sealed', 'suspect', 'quarantined'])
const lookEveryMs = 200

/** What is asked about one room over HTTP, apart from what is said there. Each call is repeated until it is known; each try is a line. */
export class RoomCalls {
  readonly #run: Run
  readonly #room: string
  readonly #mentor: Person

  constructor(run: Run, room: string, mentor: Person) {
    this.#run = run
    this.#room = room
    this.#mentor = mentor
  }

  /** Takes a seat, gives it up, or has it taken away by the mentor. */
  seat(what: Seat['what'], person: Person): Promise<Ending> {
    const by = what === 'kick' ? this.#mentor : person
    const path = `/v1/rooms/${this.#room}/members/${what === 'kick' ? person.username : 'me'}`
    const ask: Ask = { method: what === 'join' ? 'PUT' : 'DELETE', path }
    return this.#untilKnown('seat', async (tries) => {
      const door = doorOf(by, tries)
      const call = { client: `${by.username}@${door.name}`, by: by.username, member: person.username }
      return this.#try({ what, ...call, room: this.#room }, by, ask, door)
    })
  }

  /** Each of the two clients that close a room begins at another door. */
  close(closer: number): Promise<Ending> {
    const mentor = this.#mentor
    const ask: Ask = { method: 'POST', path: `/v1/rooms/${this.#room}/close` }
    return this.#untilKnown('close', async (tries) => {
      const door = doorOf(mentor, closer + tries)
      const call = { client: `${mentor.username}@${door.name}!${closer}`, by: mentor.username }
      return this.#try({ what: 'close', ...call, room: this.#room }, mentor, ask, door)
    })
  }

  /** Looks until the closing is final, and answers where the room ends; undefined when the deadline came first, which may move. */
  async end(deadline: () => number): Promise<Place | undefined> {
    const { over, complaints } = this.#run
    while (performance.now() < deadline() && !over.aborted) {
      const reply = await this.#mentor.ask({ method: 'GET', path: `/v1/rooms/${this.#room}/closing` })
      complaints.hear(endingOf(reply), 'look')
      const view = viewIn(reply)
      if (view !== undefined && finalStates.has(view.state)) return { epoch: view.epoch ?? 0, seq: view.lastSeq ?? 0 }
      await pause(lookEveryMs, over)
    }
    return undefined
  }

  async #try(call: Begun, by: Person, ask: Ask, door: Door): Promise<Ending> {
    const ended = this.#run.notes.begin(call)
    const reply = await by.ask(ask, door)
    const ending = endingOf(reply)
    ended(ending, call.what === 'close' ? closedAt(reply) : {})
    return ending
  }

  async #untilKnown(asked: 'seat' | 'close', attempt: (tries: number) => Promise<Ending>): Promise<Ending> {
    const { over, complaints } = this.#run
    for (let tries = 0; ; tries += 1) {
      const ending = await attempt(tries)
      complaints.hear(ending, asked)
      if (!isWorthRepeating(ending) || over.aborted) return ending
      await pause(ending.retryMs ?? backoffMs(tries), over)
      if (over.aborted) return ending
    }
  }
}

function doorOf(person: Person, turn: number): Door {
  return person.doors[turn % person.doors.length] ?? person.doors[0]
}

function viewIn(reply: Reply): z.output<typeof closing> | undefined {
  return reply.type === 'answered' && reply.status < 400 ? closing.safeParse(reply.body).data : undefined
}

function closedAt(reply: Reply): Answered {
  const { epoch, lastSeq } = viewIn(reply) ?? {}
  return { ...(epoch === undefined ? {} : { epoch }), ...(lastSeq === undefined ? {} : { lastSeq }) }
}
