import { computed, effect, signal } from '@preact/signals'
import type { Live } from '../api/live-client.ts'
import type { Account } from '../api/types.ts'
import { isOutdated, reloadOnce } from './build.ts'
import { heardAfter, linkOf } from './connection-state.ts'
import type { HeardConnection } from './connection-state.ts'
import { api, me, sessionLost } from './session.ts'

/** Socket, outbox and stream of who is signed in; undefined while nobody is, and until their part of the program is there. */
export const live = signal<Live | undefined>(undefined)

const isOnline = signal(true)
const connections = signal<readonly HeardConnection[]>([])

/** What keeps the page live did not come; only loading the page again helps. */
export const isLiveMissing = signal(false)

/** How the page is connected, as people are told. */
export const link = computed(() =>
  linkOf({ isOnline: isOnline.value, isMissing: isLiveMissing.value }, connections.value),
)

/** Counts who was signed in: whoever signs out and in again is another one. */
let turn = 0

/** Once, before the first page is shown: lives as long as somebody is signed in, for each of them anew. */
export function startLive(): void {
  watchNetwork()
  let living: string | undefined
  effect(() => {
    const account = me.value
    if (account === undefined || account?.id === living) return
    living = account?.id
    turn += 1
    end()
    if (account !== null) void begin(account, turn)
  })
}

/** Tries at once instead of when the wait is over. */
export function wake(): void {
  live.peek()?.stream.wake()
  live.peek()?.socket.wake()
}

/** Its program comes after the first page: nothing there waits for it. */
async function begin(account: Account, own: number): Promise<void> {
  const loaded = await loadProgram()
  if (loaded === undefined) return
  const storage = await loaded.browserStorage()
  if (own !== turn) return
  const parts = loaded.openLive({ client: api, account, storage, onSignedOut: sessionLost })
  const look = (): void => {
    const [stream, socket] = connections.peek()
    connections.value = [heardAfter(stream, parts.stream.connection), heardAfter(socket, parts.socket.connection)]
  }
  look()
  parts.stream.onConnection(look)
  parts.socket.onConnection(look)
  live.value = parts
}

const program = () => Promise.all([import('../api/live-client.ts'), import('../api/outbox-idb.ts')])

/** Fetches it already, for a page that shows nothing without it. Whether it came is seen when it is needed. */
export function fetchLive(): void {
  program().catch(() => undefined)
}

/** Undefined when it does not come: parts of an old build are gone, then the new one is loaded. */
async function loadProgram() {
  try {
    const [{ openLive }, { browserStorage }] = await program()
    return { openLive, browserStorage }
  } catch {
    if (!((await isOutdated()) && reloadOnce())) isLiveMissing.value = true
    return undefined
  }
}

function end(): void {
  const ended = live.peek()
  live.value = undefined
  connections.value = []
  isLiveMissing.value = false
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
