import type { ExecutionContext } from 'ava'
import { createClient } from '../../web/src/api/client.ts'
import type { Client } from '../../web/src/api/client.ts'
import type { Entry, RoomSocket } from '../../web/src/api/live.ts'
import { openLive } from '../../web/src/api/live-client.ts'
import type { Live } from '../../web/src/api/live-client.ts'
import { memoryStorage } from '../../web/src/api/outbox-storage.ts'
import type { OutboxStorage } from '../../web/src/api/outbox-storage.ts'
import { isAbove } from '../../web/src/api/place.ts'
import { tokenKeeper } from '../../web/src/api/session-keeper.ts'
import type { Tokens } from '../../web/src/api/session-keeper.ts'
import type { Account } from '../../web/src/api/types.ts'
import type { Stack } from '../support/stack.ts'

/** Somebody who uses the client's own library. */
export interface Guest {
  account: Account
  session: string
  client: Client
  tokens: () => Tokens | undefined
  /** Socket, outbox and stream; each call is another tab of the same browser, closed when the test ends. */
  opens(t: ExecutionContext, storage?: OutboxStorage): Live
}

const password = 'a courtyard full of people'
let guests = 0

/** Signs up over `origin`, of Nginx unless told. */
export async function enter(
  stack: Stack,
  name: string,
  { role = 'member', origin = stack.address }: { role?: Account['role']; origin?: string } = {},
): Promise<Guest> {
  guests += 1
  let tokens: Tokens | undefined
  const session = tokenKeeper(undefined, (given) => (tokens = given))
  const client = createClient({ origin, session })
  const { account, session: id } = await client.accounts.signUp({
    username: `${name}_${guests}`,
    password,
    language: 'en',
  })
  if (role !== 'member') await stack.world.sql('accounts').where({ id: account.id }).update({ role })
  return {
    account,
    session: id,
    client,
    tokens: () => tokens,
    opens(t, storage = memoryStorage()) {
      const live = openLive({ client, account, storage })
      t.teardown(() => live.close())
      return live
    },
  }
}

/** A room of a mentor of its own, in which these have seats. */
export async function roomFor(stack: Stack, ...people: Guest[]): Promise<string> {
  const mentor = await enter(stack, 'mentor', { role: 'mentor' })
  const { id } = await mentor.client.rooms.open({ name: 'The well', seats: 50 }, crypto.randomUUID())
  for (const { client } of people) await client.rooms.join(id)
  return id
}

/** A room as somebody's page would have it, kept by nothing but what the socket's ears are told. */
export class RoomLog {
  readonly told: Entry[] = []
  gaps = 0
  drops = 0
  returns = 0
  ended: string | undefined
  isClosed = false
  isReady = false
  #work: Promise<void> = Promise.resolve()

  constructor(guest: Guest, socket: RoomSocket, room: string, after = { epoch: 1, seq: 0 }) {
    socket.listen(
      room,
      {
        ready: ({ isReturn }) => {
          this.isReady = true
          if (isReturn) this.returns += 1
        },
        entry: (entry) => void this.told.push(entry),
        dropped: (keptUpTo) => {
          this.drops += 1
          const kept = this.told.filter((entry) => !isAbove(entry, keptUpTo))
          this.told.splice(0, this.told.length, ...kept)
        },
        gap: ({ from, to }) => {
          this.gaps += 1
          this.#work = this.#work.then(() => this.#page(guest, room, from, to.seq))
        },
        closed: () => (this.isClosed = true),
        ended: (reason) => (this.ended = reason),
      },
      after,
    )
  }

  /** What was said, in the order of its places. */
  get said(): string[] {
    const inOrder = this.told.toSorted((one, other) => one.seq - other.seq)
    return inOrder.filter(({ kind }) => kind === 'text').map(({ content }) => String(content?.['body']))
  }

  async #page(guest: Guest, room: string, from: { epoch: number; seq: number }, to: number): Promise<void> {
    for (let after = from; after.seq < to;) {
      const { items } = await guest.client.rooms.messages(room, { after: `${after.epoch}:${after.seq}`, limit: 100 })
      for (const item of items) if (item.seq <= to) this.told.push({ ...item, room, content: item.content })
      const last = items.at(-1)
      if (last === undefined) return
      after = last
    }
  }
}
