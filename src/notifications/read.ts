import type { TellingTransaction } from '../live/index.ts'
import type { AccountId } from '../platform/ids.ts'
import { tellUnread } from './events.ts'
import { lockInboxes, saveInboxes } from './inbox-store.ts'
import { countAbove } from './store.ts'

/**
 * Everything up to this place is read, and what came or was joined later is not. Resolves with how many are unread. Repeatable;
 * nothing that was read becomes unread again.
 */
export function readUpTo(
  parts: { transaction: TellingTransaction },
  account: AccountId,
  place: number,
): Promise<number> {
  return parts.transaction(async (trx, tell) => {
    const inbox = (await lockInboxes(trx, [account])).get(account)
    if (inbox === undefined) throw new Error('the inbox is held')
    const upTo = Math.min(place, inbox.lastPlace)
    if (upTo <= inbox.readUpTo) return inbox.unread
    const before = inbox.unread
    inbox.readUpTo = upTo
    inbox.unread = await countAbove(trx, account, upTo)
    await saveInboxes(trx, [inbox])
    if (inbox.unread !== before) tellUnread(tell, [inbox])
    return inbox.unread
  })
}
