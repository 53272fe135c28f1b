import { computed, effect, signal } from '@preact/signals'
import type { Live } from '../api/live-client.ts'
import type { Account } from '../api/types.ts'
import { heardAfter, linkOf } from './connection-state.ts'
import type { HeardConnection } from './connection-state.ts'
import { api, me, sessionLost } from './session.ts'

/** Socket, outbox and stream of who is signed in; undefined while nobody is, and until their part of the program is there. */
export const live = signal<Live | undefined>(undefined)

const isOnline = signal(true)
const connections = signal<readonly HeardConnection[]>([])

/** How the page is connected, as people are told. */
export const link = computed(() => linkOf(isOnline.value, connections.value))

/** Once, before the first page is shown: lives as long as somebody is signed in, for each of them anew. */
export function startLive(): void {
  watchNetwork()
  let living: string | undefined
  effect(() => {
    const account = me.value
    if (account === undefined || account?.id === living) return
    living = account?.id
    end()
    if (account !== null) void begin(account)
  })
}

/** Tries at once instead of when the wait is over. */
export function wake(): void {
  live.peek()?.stream.wake()
  live.peek()?.socket.wake()
}

/** Its program comes after the first page: nothing there waits for it. */
async function begin(account: Account): Promise<void> {
  const [{ openLive }, { browserStorage }] = await Promise.all([
    import('../api/live-client.ts'),
    import('../api/outbox-idb.ts'),
  ])
  const storage = await browserStorage()
  if (me.peek()?.id !== account.id) return
  const parts = openLive({ client: api, account, storage, onSignedOut: sessionLost })
  const look = (): void => {
    const [stream, socket] = connections.peek()
    connections.value = [heardAfter(stream, parts.stream.connection), heardAfter(socket, parts.socket.connection)]
  }
  look()
  parts.stream.onConnection(look)
  parts.socket.onConnection(look)
  live.value = parts
}

function end(): void {
  const ended = live.peek()
  live.value = undefined
  connections.value = []
  ended?.close()
}

function watchNetwork(): void {
  const look = (): void => {
    isOnline.value = navigator.onLine
  }
  look()
  addEventListener('online', look)
  addEventListener('offline', look)
}
