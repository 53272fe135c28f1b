import { computed, effect } from '@preact/signals'
import type { Member, Page, Person } from '../../api/types.ts'
import { pagedList } from '../../ui/paged-list.ts'
import type { PagedList } from '../../ui/paged-list.ts'
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
  readonly #members: PagedList<Member>

  constructor(visit: RoomVisit, faces: Faces) {
    this.#visit = visit
    this.#faces = faces
    this.#members = pagedList(
      (cursor) => this.#read(cursor),
      ({ username }) => username,
    )
  }

  /** Reads the seats, and again after each change of them. Answers how to stop. */
  follow(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    let known: number | undefined
    const stop = effect(() => {
      const last = this.#visit.rows.value.findLast(({ kind }) => changesSeats.has(kind))?.seq ?? 0
      if (known === undefined) void this.#members.reload()
      else if (last !== known) {
        clearTimeout(timer)
        timer = setTimeout(() => void this.#members.reload(), readAgainMs)
      }
      known = last
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }

  more(): Promise<void> {
    return this.#members.more()
  }

  async #read(cursor: string | undefined): Promise<Page<Member>> {
    const page = await client.rooms.members(this.#visit.id, { cursor, limit: pageSize })
    this.#faces.met(page.items)
    return page
  }

  #viewNow(): SeatsView {
    const { items, isAtEnd, problem } = this.#members
    const members = items.value ?? []
    const present = this.#visit.present.names.value
    const seated = members.map((member): Seated => ({ person: member, member }))
    const known = new Set(members.map(({ username }) => username))
    const others = [...present].filter((username) => !known.has(username)).map((username) => this.#guest(username))
    const isHere = ({ person }: Seated): boolean => present.has(person.username)
    return {
      isReady: items.value !== undefined,
      here: [...seated.filter(isHere), ...others].toSorted(byStanding),
      away: seated.filter((one) => !isHere(one)).toSorted(byStanding),
      hasMore: items.value !== undefined && !isAtEnd.value,
      trouble: problem.value,
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
