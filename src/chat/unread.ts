import { systemSender } from '../ledger/index.ts'
import type { Ledger, Place } from '../ledger/index.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'

/** `99+` is all that anybody wants to know. */
export const mostUnread = 100
/** Edits, reactions and own lines are read past, but not without end. */
const mostRead = 400
const slice = 200

/** Messages by others after a place that are not deleted, at most `mostUnread`. */
export async function unreadAfter(
  ledger: Pick<Ledger, 'entries'>,
  room: RoomId,
  reader: AccountId,
  after: Place | undefined,
): Promise<number> {
  let unread = 0
  let last = after?.seq ?? 0
  for (let seen = 0; seen < mostRead && unread < mostUnread; seen += slice) {
    const range = { after: last, upTo: Number.MAX_SAFE_INTEGER, limit: slice }
    const entries = await ledger.entries(room, range)
    unread += entries.filter(
      ({ kind, sender, payload }) =>
        kind === 'text' && sender !== reader && sender !== systemSender && payload.length > 0,
    ).length
    last = entries.at(-1)?.seq ?? last
    if (entries.length < slice) break
  }
  return Math.min(unread, mostUnread)
}
