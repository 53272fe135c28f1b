import type { LiveStream, Outbox, RoomSocket } from '../api/live.ts'
import { live } from '../shell/live.ts'
import { api } from '../shell/session.ts'

/** What the rooms take from the shell, in one place. */

export { onReturn } from '../shell/return.ts'
export { usePageTitle } from '../shell/page.tsx'
export { me, readRole } from '../shell/session.ts'
export { isLiveMissing, live } from '../shell/live.ts'
export { onSeats } from '../shell/unread.ts'

export const client = api

/** A room is shown once everything that lives is there. */
function parts(): { socket: RoomSocket; outbox: Outbox; stream: LiveStream } {
  const there = live.value
  if (there === undefined) throw new Error('nobody is signed in')
  return there
}

export function useSocket(): RoomSocket {
  return parts().socket
}

export function useOutbox(): Outbox {
  return parts().outbox
}

/** Undefined until it is there. */
export function useOutboxOnceThere(): Outbox | undefined {
  return live.value?.outbox
}

/** Undefined until it is there: lists can be read before they live. */
export function useStream(): LiveStream | undefined {
  return live.value?.stream
}
