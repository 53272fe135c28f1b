import type { Leadership } from './leadership.ts'
import type { Outbox, Outgoing, RoomSocket } from './live.ts'
import { OutboxRoom } from './outbox-room.ts'
import type { KeptOutgoing, OutboxStorage } from './outbox-storage.ts'
import { backoffMs, pause } from './patience.ts'
import { ApiProblem } from './problem.ts'
import { Tabs } from './tabs.ts'
import { uuidv7 } from './uuidv7.ts'

export interface OutboxOptions {
  /** Id of the account: what it wrote is sent by nobody else. */
  account: string
  socket: RoomSocket
  storage: OutboxStorage
  /** Says which tab sends for all, where they share the storage. */
  leadership: Leadership
}

/** What tabs tell each other. `waiting`: whoever sends, look at this one. */
type Word = { type: 'changed'; message: Outgoing } | { type: 'waiting'; id: string } | { type: 'cleared' }

const mostWaiting = 200
const dayMs = 86_400_000
/** What nobody could send for so long is not sent by itself any more, but waits for who wrote it. */
const sendsForMs = dayMs
const keepsForMs = 30 * dayMs
const readAgain = { firstMs: 300, mostMs: 10_000 }

/**
 * What I say, until the server has stored it. It is written down before it is sent, so that a reload, a crash or another tab goes on with it, and every try carries
 * the same id, so that it is kept once. One tab sends for all. What becomes of a message is told and acted upon also when that cannot be
 * written down: after a reload it is only sent once more, under its id.
 */
export class DurableOutbox implements Outbox {
  readonly #options: OutboxOptions
  readonly #tabs: Tabs<Word>
  readonly #listeners = new Map<string, Set<(message: Outgoing) => void>>()
  readonly #listenersToAll = new Set<(message: Outgoing) => void>()
  readonly #rooms = new Map<string, OutboxRoom>()
  readonly #forgetConnection: () => void
  #turn = 0
  #isLeading = false
  #isClosed = false

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#tabs = new Tabs(`madang-outbox-${options.account}`, (word) => this.#hear(word))
    this.#forgetConnection = options.socket.onConnection(({ state }) => {
      if (state === 'open') for (const room of this.#rooms.values()) room.go()
    })
    // What the tabs do not share, each of them sends by itself.
    if (options.storage.isShared) options.leadership.follow({ begin: () => void this.#begin(), end: () => this.#end() })
    else void this.#begin()
  }

  async add(written: Parameters<Outbox['add']>[0]): Promise<Outgoing> {
    const { account, socket, storage } = this.#options
    const waiting = await storage.all(account)
    if (waiting.length >= mostWaiting) throw new ApiProblem({ code: 'buffer_full' })
    const id = uuidv7(socket.now())
    const message: KeptOutgoing = {
      ...written,
      account,
      id,
      turn: this.#nextTurn(waiting),
      writtenAt: Date.now(),
      state: 'sending',
    }
    await storage.put(message)
    this.#tellAll(message)
    this.#offer(message)
    return withoutAccount(message)
  }

  async of(room: string): Promise<Outgoing[]> {
    const all = await this.#options.storage.all(this.#options.account)
    return all.filter((message) => message.room === room).map(withoutAccount)
  }

  async refused(): Promise<Outgoing[]> {
    const all = await this.#options.storage.all(this.#options.account)
    return all.filter(({ state }) => state === 'failed').map(withoutAccount)
  }

  async waiting(): Promise<number> {
    return this.#options.storage.unsent(this.#options.account)
  }

  onChange(room: string, listener: (message: Outgoing) => void): () => void {
    const listeners = this.#listeners.get(room) ?? new Set()
    this.#listeners.set(room, listeners.add(listener))
    return () => void listeners.delete(listener)
  }

  onAnyChange(listener: (message: Outgoing) => void): () => void {
    this.#listenersToAll.add(listener)
    return () => void this.#listenersToAll.delete(listener)
  }

  async retry(id: string): Promise<void> {
    const failed = await this.#failed(id)
    if (failed === undefined) return
    const { problem, ...rest } = failed
    const message: KeptOutgoing = { ...rest, state: 'sending', writtenAt: Date.now() }
    if (problem?.code === 'bad_id') return this.#offer(await this.#rename(message))
    await this.#options.storage.put(message)
    this.#tellAll(message)
    this.#offer(message)
  }

  async discard(id: string): Promise<void> {
    const failed = await this.#failed(id)
    if (failed === undefined) return
    await this.#options.storage.remove(id)
    this.#tellAll({ ...failed, state: 'discarded' })
  }

  async clear(): Promise<void> {
    const { account, storage } = this.#options
    this.#stopRooms()
    this.#tabs.say({ type: 'cleared' })
    await storage.clear(account)
  }

  close(): void {
    this.#isClosed = true
    this.#forgetConnection()
    this.#stopRooms()
    this.#tabs.close()
  }

  #nextTurn(waiting: readonly Outgoing[]): number {
    this.#turn = Math.max(this.#turn, waiting.at(-1)?.turn ?? 0) + 1
    return this.#turn
  }

  /** This tab sends from now on, beginning with what others left. */
  async #begin(): Promise<void> {
    if (this.#isClosed) return
    this.#isLeading = true
    const now = Date.now()
    // What cannot be swept now is swept another time.
    await this.#options.storage.sweep(now - keepsForMs).catch(() => undefined)
    for (const message of await this.#left()) {
      if (!this.#isLeading) return
      if (message.state === 'sending' && message.writtenAt < now - sendsForMs) {
        await this.#changed({ ...message, state: 'failed', problem: { code: 'timeout' } })
      } else {
        this.#send(message)
      }
    }
  }

  /** Another tab sends from now on. */
  #end(): void {
    this.#isLeading = false
    this.#stopRooms()
  }

  /** What waits. */
  async #left(): Promise<KeptOutgoing[]> {
    const { account, storage } = this.#options
    return (await this.#asSoonAsItCan(() => storage.all(account))) ?? []
  }

  /** What is written down, as soon as that can be read. */
  async #asSoonAsItCan<Found>(read: () => Promise<Found>): Promise<Found | undefined> {
    for (let failures = 0; !this.#isClosed; failures += 1) {
      try {
        return await read()
      } catch {
        await pause(backoffMs(readAgain, failures))
      }
    }
    return undefined
  }

  #offer(message: KeptOutgoing): void {
    if (this.#isLeading) this.#send(message)
    else this.#tabs.say({ type: 'waiting', id: message.id })
  }

  #send(message: KeptOutgoing): void {
    if (this.#isClosed || message.state === 'failed') return
    this.#roomOf(message.room).take(message)
  }

  #roomOf(room: string): OutboxRoom {
    const known = this.#rooms.get(room)
    if (known !== undefined) return known
    const { socket } = this.#options
    const made = new OutboxRoom({
      ...{ room, socket },
      onChange: (message) => this.#changed(message),
      rename: (message) => this.#rename(message),
    })
    this.#rooms.set(room, made)
    return made
  }

  async #changed(message: KeptOutgoing): Promise<void> {
    const { storage } = this.#options
    this.#tellAll(message)
    const written = message.state === 'stored' ? storage.remove(message.id) : storage.update(message)
    await written.catch(() => undefined)
  }

  /** Under its old id it was refused for good, so it cannot be kept twice. */
  async #rename(message: KeptOutgoing): Promise<KeptOutgoing> {
    const { socket, storage } = this.#options
    const renamed: KeptOutgoing = { ...message, id: uuidv7(socket.now()), isRenamed: true }
    await storage.replace(message.id, renamed)
    this.#tellAll({ ...message, state: 'discarded' })
    this.#tellAll(renamed)
    return renamed
  }

  #hear(word: Word): void {
    switch (word.type) {
      case 'changed':
        return this.#tell(word.message)
      case 'waiting':
        return this.#isLeading ? void this.#takeUp(word.id) : undefined
      case 'cleared':
        return this.#stopRooms()
      default:
        return word satisfies never
    }
  }

  async #takeUp(id: string): Promise<void> {
    const message = await this.#asSoonAsItCan(() => this.#options.storage.one(id))
    if (message !== undefined && this.#isLeading) this.#send(message)
  }

  async #failed(id: string): Promise<KeptOutgoing | undefined> {
    const message = await this.#options.storage.one(id)
    return message?.state === 'failed' && message.account === this.#options.account ? message : undefined
  }

  #tellAll(message: KeptOutgoing): void {
    if (this.#isClosed) return
    const told = withoutAccount(message)
    this.#tabs.say({ type: 'changed', message: told })
    this.#tell(told)
  }

  #tell(message: Outgoing): void {
    for (const listener of [...(this.#listeners.get(message.room) ?? []), ...this.#listenersToAll]) listener(message)
  }

  #stopRooms(): void {
    for (const room of this.#rooms.values()) room.stop()
    this.#rooms.clear()
  }
}

function withoutAccount(message: KeptOutgoing): Outgoing {
  const { account: _, isRenamed: __, ...told } = message
  return told
}
