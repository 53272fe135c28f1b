import type { Tell } from '../live/index.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { removeActor, toldBy, toldOf } from './actor-store.ts'
import type { Notifications } from './contract.ts'
import { tellChanged, tellDeleted, tellUnread } from './events.ts'
import type { ReadProfiles } from './events.ts'
import { subjectOf } from './filing.ts'
import { lockInboxes, saveInboxes } from './inbox-store.ts'
import type { Inbox } from './inbox-store.ts'
import { accountsWith, deleteNotifications, notificationsAt, notificationsOf, placesWith } from './store.ts'
import type { Notification, Placed, Subject } from './store.ts'

export interface WithdrawParts {
  profiles: ReadProfiles
}

type Withdrawn = Parameters<Notifications['withdraw']>[2]

export async function withdraw(parts: WithdrawParts, trx: Sql, tell: Tell, what: Withdrawn): Promise<void> {
  const { type, to } = what
  if (what.type !== 'invitation' && what.from === to) return
  const subject = subjectOf(what)
  const inboxes = await lockInboxes(trx, [to])
  if (what.type === 'invitation') {
    const told = await notificationsOf(trx, [{ account: to, type, subject, above: 0 }])
    return remove(trx, tell, inboxes, told)
  }
  const told = await toldOf(trx, { by: what.from, to, type, subject })
  await takeOut(parts, trx, tell, { inboxes, actor: what.from, told })
}

export async function part(
  parts: WithdrawParts,
  trx: Sql,
  tell: Tell,
  one: AccountId,
  other: AccountId,
): Promise<void> {
  const inboxes = await lockInboxes(trx, [one, other])
  await takeOut(parts, trx, tell, { inboxes, actor: one, told: await toldBy(trx, one, other) })
  await takeOut(parts, trx, tell, { inboxes, actor: other, told: await toldBy(trx, other, one) })
}

export async function forget(trx: Sql, tell: Tell, subject: Subject): Promise<void> {
  const inboxes = await lockInboxes(trx, await accountsWith(trx, subject))
  const gone = await placesWith(trx, subject)
  await remove(
    trx,
    tell,
    inboxes,
    gone.filter(({ account }) => inboxes.has(account)),
  )
}

/** Takes one person out of notifications; those in which nobody else is go. */
async function takeOut(
  parts: WithdrawParts,
  trx: Sql,
  tell: Tell,
  out: { inboxes: ReadonlyMap<AccountId, Inbox>; actor: AccountId; told: readonly Notification[] },
): Promise<void> {
  const { inboxes, actor, told } = out
  const left = told.filter(({ actors }) => actors > 1)
  await removeActor(
    trx,
    actor,
    left.map(({ id }) => id),
  )
  const written = await notificationsAt(trx, left)
  await tellChanged(parts.profiles, trx, tell, { written, inboxes })
  await remove(
    trx,
    tell,
    inboxes,
    told.filter(({ actors }) => actors <= 1),
  )
}

/** Takes whole notifications away. The inboxes of all of them are held. */
export async function remove(
  trx: Sql,
  tell: Tell,
  inboxes: ReadonlyMap<AccountId, Inbox>,
  gone: readonly Placed[],
): Promise<void> {
  const touched = new Set<Inbox>()
  for (const { account, place } of gone) {
    const inbox = inboxes.get(account)
    if (inbox === undefined || place <= inbox.readUpTo) continue
    inbox.unread -= 1
    touched.add(inbox)
  }
  await deleteNotifications(
    trx,
    gone.map(({ id }) => id),
  )
  await saveInboxes(trx, touched)
  tellDeleted(tell, gone)
  tellUnread(tell, touched)
}
