import type { Place } from '../ledger/index.ts'
import { Problem } from '../platform/errors.ts'
import type { RoomId } from '../platform/ids.ts'
import { pushFrame } from './entry-frame.ts'
import type { Subscription } from './subscription.ts'

/** How a subscription ends from the server's side. The socket stays for the client's other rooms. */

/** Who was put out is told so as an error; who left, on whatever device, only that it is over. */
export function sendAway(subscription: Subscription, room: RoomId, reason: 'left' | 'kicked' | 'banned'): void {
  const { connection } = subscription
  if (reason !== 'left') connection.refuse(undefined, new Problem('not_member'), { room: String(room) })
  connection.write(pushFrame({ type: 'unsubscribed', room: String(room), reason }))
  subscription.end()
}

/** The last thing that is ever said of a room, when its end is stored: before that a Redis that comes back older may take it away. The held entries of one who is still catching up come before it. */
export function sendClosed(subscription: Subscription, room: RoomId, last: Place): void {
  const bytes = pushFrame({
    type: 'closed',
    room: String(room),
    epoch: last.epoch,
    lastSeq: last.seq,
    receipt: `/v1/rooms/${room}/receipt`,
  })
  subscription.hear({ type: 'ending', bytes })
}
