import type { Client } from './client.ts'
import { Leadership } from './leadership.ts'
import type { LiveStream, Outbox, RoomSocket } from './live.ts'
import { DurableOutbox } from './outbox.ts'
import type { OutboxStorage } from './outbox-storage.ts'
import { ReconnectingSocket } from './socket.ts'
import { SharedStream } from './stream.ts'

export interface LiveOptions {
  client: Client
  /** Who is signed in. */
  account: { id: string; username: string }
  /** Of the outbox: `browserStorage()` in a browser, `memoryStorage()` where nothing has to last. */
  storage: OutboxStorage
  onSignedOut?: () => void
}

/** What keeps a client alive, from signing in to signing out. */
export interface Live {
  socket: RoomSocket
  outbox: Outbox
  stream: LiveStream
  close(): void
}

/** Opens the socket, the outbox and the stream of one account. To be closed when somebody signs out. */
export function openLive({ client, account, storage, onSignedOut }: LiveOptions): Live {
  const { http, session } = client
  const told = onSignedOut === undefined ? {} : { onSignedOut }
  const socket = new ReconnectingSocket({ http, session, username: account.username, ...told })
  const leadership = new Leadership(`madang-${account.id}`)
  const outbox = new DurableOutbox({ account: account.id, socket, storage, leadership })
  const stream = new SharedStream({ http, account: account.id, leadership, ...told })
  return {
    ...{ socket, outbox, stream },
    close() {
      outbox.close()
      socket.close()
      stream.close()
    },
  }
}
