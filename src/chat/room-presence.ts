import type { AccountId, RoomId } from '../platform/ids.ts'
import type { Presence } from './presence.ts'
import type { Push } from './server-frames.ts'
import type { Whispers } from './whispers.ts'

export interface RoomPresenceParts {
  presence: Presence
  whispers: Whispers
  /** Changes within this time become one push. */
  coalesceMs: number
}

/** More names than this in one push help nobody; the count is exact. */
const mostNames = 20

type PresencePush = Extract<Push, { type: 'presence' }>

/** Who of one room is connected to this server, and what this server has heard of the others. */
export class RoomPresence {
  readonly #parts: RoomPresenceParts
  readonly #room: RoomId
  readonly #push: (push: PresencePush) => void
  readonly #here = new Map<AccountId, { name: string; sockets: number }>()
  readonly #forgetBeat: () => void
  #joined = new Set<string>()
  #left = new Set<string>()
  #count: number | undefined
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(parts: RoomPresenceParts, room: RoomId, push: (push: PresencePush) => void) {
    this.#parts = parts
    this.#room = room
    this.#push = push
    this.#forgetBeat = parts.presence.onBeat(() => this.#pushSoon())
  }

  /** The last count that was pushed. */
  get count(): number | undefined {
    return this.#count
  }

  entered(account: AccountId, name: string): void {
    const here = this.#here.get(account) ?? { name, sockets: 0 }
    this.#here.set(account, { name, sockets: here.sockets + 1 })
    if (here.sockets === 0) void this.#announce(account, name)
  }

  left(account: AccountId): void {
    const here = this.#here.get(account)
    if (here === undefined) return
    if (here.sockets > 1) return void this.#here.set(account, { ...here, sockets: here.sockets - 1 })
    this.#here.delete(account)
    this.#parts.presence.leave(this.#room, account)
    this.#parts.whispers.say(this.#room, { type: 'gone', account, name: here.name })
  }

  heardHere(name: string): void {
    if (!this.#left.delete(name)) this.#joined.add(name)
    this.#pushSoon()
  }

  /** Another server lost its last socket of this person. If there is one here, they are not gone. */
  heardGone(account: AccountId, name: string): void {
    if (!this.#joined.delete(name)) this.#left.add(name)
    this.#pushSoon()
    if (this.#here.has(account)) void this.#announce(account, name)
  }

  stop(): void {
    this.#isStopped = true
    this.#forgetBeat()
    clearTimeout(this.#timer)
    for (const [account, { name }] of this.#here) {
      this.#parts.presence.leave(this.#room, account)
      this.#parts.whispers.say(this.#room, { type: 'gone', account, name })
    }
    this.#here.clear()
  }

  async #announce(account: AccountId, name: string): Promise<void> {
    const isNew = await this.#parts.presence.enter(this.#room, account)
    if (isNew && this.#here.has(account)) this.#parts.whispers.say(this.#room, { type: 'here', account, name })
    else this.#pushSoon()
  }

  #pushSoon(): void {
    if (this.#isStopped) return
    this.#timer ??= setTimeout(() => void this.#pushNow(), this.#parts.coalesceMs)
  }

  async #pushNow(): Promise<void> {
    const counts = await this.#parts.presence.counts([this.#room])
    this.#timer = undefined
    const count = counts.get(this.#room)
    if (this.#isStopped || count === undefined) return
    const [joined, left] = [[...this.#joined].slice(0, mostNames), [...this.#left].slice(0, mostNames)]
    this.#joined = new Set()
    this.#left = new Set()
    if (count === this.#count && joined.length === 0 && left.length === 0) return
    this.#count = count
    this.#push({
      type: 'presence',
      room: String(this.#room),
      count,
      ...(joined.length === 0 ? {} : { joined }),
      ...(left.length === 0 ? {} : { left }),
    })
  }
}
