import { computed, effect, signal } from '@preact/signals'
import type { Member, Person } from '../../api/types.ts'
import type { Faces } from '../visit/faces.ts'
import type { RoomVisit } from '../visit/room-visit.ts'
import { client } from '../wires.ts'

/** Somebody in the panel; `member` of who has a seat. */
export interface Seated {
  person: Person
  member: Member | undefined
}

export interface SeatsView {
  isReady: boolean
  here: Seated[]
  /** Those with a seat who are not here now. */
  away: Seated[]
  hasMore: boolean
  trouble: unknown
}

const changesSeats = new Set(['join', 'leave', 'kick', 'ban', 'word', 'unword'])
const readAgainMs = 500
const pageSize = 100

/** The seats of a room together with who is connected, kept true while they are looked at. */
export class Seats {
  readonly view = computed<SeatsView>(() => this.#viewNow())
  readonly #visit: RoomVisit
  readonly #faces: Faces
  readonly #members = signal<Member[] | undefined>(undefined)
  readonly #next = signal<string | undefined>(undefined)
  readonly #trouble = signal<unknown>(undefined)

  constructor(visit: RoomVisit, faces: Faces) {
    this.#visit = visit
    this.#faces = faces
  }

  /** Reads the seats, and again after each change of them. Answers how to stop. */
  follow(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    let known: number | undefined
    const stop = effect(() => {
      const last = this.#visit.rows.value.findLast(({ kind }) => changesSeats.has(kind))?.seq ?? 0
      if (known === undefined) void this.#read()
      else if (last !== known) {
        clearTimeout(timer)
        timer = setTimeout(() => void this.#read(), readAgainMs)
      }
      known = last
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }

  async more(): Promise<void> {
    const cursor = this.#next.value
    if (cursor === undefined) return
    await this.#attempt(async () => {
      const { items, page } = await client.rooms.members(this.#visit.id, { cursor, limit: pageSize })
      this.#take([...(this.#members.value ?? []), ...items], page.next)
    })
  }

  #read(): Promise<void> {
    return this.#attempt(async () => {
      const { items, page } = await client.rooms.members(this.#visit.id, { limit: pageSize })
      this.#take(items, page.next)
    })
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#trouble.value = undefined
    } catch (error) {
      this.#trouble.value = error
    }
  }

  #take(members: Member[], next: string | undefined): void {
    this.#faces.met(members)
    this.#members.value = members
    this.#next.value = next
  }

  #viewNow(): SeatsView {
    const members = this.#members.value ?? []
    const present = this.#visit.present.value
    const seated = members.map((member): Seated => ({ person: member, member }))
    const known = new Set(members.map(({ username }) => username))
    const others = [...present].filter((username) => !known.has(username)).map((username) => this.#guest(username))
    const isHere = ({ person }: Seated): boolean => present.has(person.username)
    return {
      isReady: this.#members.value !== undefined,
      here: [...seated.filter(isHere), ...others].toSorted(byStanding),
      away: seated.filter((one) => !isHere(one)).toSorted(byStanding),
      hasMore: this.#next.value !== undefined,
      trouble: this.#trouble.value,
    }
  }

  #guest(username: string): Seated {
    const person = this.#faces.of(username) ?? { id: '', username, displayName: username, picture: null }
    return { person, member: undefined }
  }
}

function byStanding(a: Seated, b: Seated): number {
  const isMentor = ({ member }: Seated): number => Number(member?.isMentor ?? false)
  return isMentor(b) - isMentor(a) || a.person.displayName.localeCompare(b.person.displayName)
}
