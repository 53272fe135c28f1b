import type { Tell } from '../live/index.ts'
import type { AccountId, NotificationId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import { actorsAmong, insertActors } from './actor-store.ts'
import type { Notice } from './contract.ts'
import { tellChanged, tellUnread } from './events.ts'
import type { ReadProfiles } from './events.ts'
import { file } from './filing.ts'
import type { Filed } from './filing.ts'
import { lockInboxes, saveInboxes } from './inbox-store.ts'
import type { Inbox } from './inbox-store.ts'
import { insertNotifications, notificationsAt, notificationsOf, updateNotification } from './store.ts'
import type { Draft, Notification } from './store.ts'

/** Which of these people hide `actor`. */
export type HidersOf = (trx: Sql, actor: AccountId, among: readonly AccountId[]) => Promise<Set<AccountId>>

export interface NotifyParts {
  profiles: ReadProfiles
  hidersOf: HidersOf
}

const mostLatest = 3

/** See the contract. A number of statements that grows with the receivers only by the thousand, merged ones aside. */
export async function notify(parts: NotifyParts, trx: Sql, tell: Tell, notices: readonly Notice[]): Promise<void> {
  const filed = withoutRepeats(notices.map(file).filter(({ from, to }) => from !== to))
  if (filed.length === 0) return
  const inboxes = await lockInboxes(
    trx,
    filed.map(({ to }) => to),
  )
  // Only now: who blocks somebody locks the same inboxes, so a notice comes before the block and is taken, or sees it.
  const welcome = await withoutHidden(parts.hidersOf, trx, filed)
  const drafts = await draftAll(trx, inboxes, welcome)
  if (drafts.length === 0) return
  const written = await write(trx, drafts)
  await saveInboxes(trx, inboxes.values())
  await tellChanged(parts.profiles, trx, tell, { written, drafts, inboxes })
  tellUnread(tell, unreadMoved(drafts, inboxes))
}

async function withoutHidden(hidersOf: HidersOf, trx: Sql, filed: readonly Filed[]): Promise<Filed[]> {
  const byActor = Map.groupBy(filed, ({ from }) => from)
  const shown: Filed[] = []
  for (const [actor, told] of byActor) {
    const among = told.map(({ to }) => to)
    const hiders = actor === undefined ? new Set<AccountId>() : await hidersOf(trx, actor, among)
    shown.push(...told.filter(({ to }) => !hiders.has(to)))
  }
  return shown
}

/** What is to be written: new notifications, and unread ones that somebody joins. */
async function draftAll(trx: Sql, inboxes: ReadonlyMap<AccountId, Inbox>, filed: readonly Filed[]): Promise<Draft[]> {
  const present = await presentOf(trx, inboxes, filed)
  const joined = await joinedAlready(trx, filed, present)
  const drafts = new Map<string, Draft>()
  for (const notice of filed) {
    const key = keyOf(notice.to, notice.type, notice.subject)
    const known = present.get(key)
    if (known !== undefined && (!notice.isMerged || joined.has(`${known.id} ${notice.from}`))) continue
    const draft = drafts.get(key) ?? begin(notice, known, inboxes.get(notice.to))
    drafts.set(key, draft)
    join(draft, notice)
  }
  return [...drafts.values()]
}

/** The notification that each notice would join or repeat, by its key. */
async function presentOf(
  trx: Sql,
  inboxes: ReadonlyMap<AccountId, Inbox>,
  filed: readonly Filed[],
): Promise<Map<string, Notification>> {
  const wanted = filed.map(({ to, type, subject, isMerged }) => ({
    ...{ account: to, type, subject },
    above: isMerged ? (inboxes.get(to)?.readUpTo ?? 0) : 0,
  }))
  const found = await notificationsOf(trx, wanted)
  return new Map(found.map((one) => [keyOf(one.account, one.type, one.subject), one]))
}

async function joinedAlready(
  trx: Sql,
  filed: readonly Filed[],
  present: ReadonlyMap<string, Notification>,
): Promise<Set<string>> {
  const pairs = filed.flatMap(({ to, from, type, subject, isMerged }) => {
    const known = present.get(keyOf(to, type, subject))
    return known === undefined || from === undefined || !isMerged ? [] : [{ notification: known.id, actor: from }]
  })
  const joined = await actorsAmong(trx, pairs)
  return new Set(joined.map(({ notification, actor }) => `${notification} ${actor}`))
}

/** A new notification, or one that goes on, in the next place of its inbox. */
function begin(filed: Filed, known: Notification | undefined, inbox: Inbox | undefined): Draft {
  if (inbox === undefined) throw new Error('the inbox is held before anything is put into it')
  inbox.lastPlace += 1
  if (known === undefined) inbox.unread += 1
  return {
    ...{ id: known?.id, filed, place: inbox.lastPlace },
    ...{ actors: known?.actors ?? 0, latest: known?.latest ?? [], joining: [] },
  }
}

function join(draft: Draft, { from }: Filed): void {
  if (from === undefined) return
  draft.actors += 1
  draft.latest = [from, ...draft.latest].slice(0, mostLatest)
  draft.joining.push(from)
}

async function write(trx: Sql, drafts: readonly Draft[]): Promise<Notification[]> {
  const fresh = drafts.filter(({ id }) => id === undefined)
  await insertNotifications(trx, fresh)
  for (const draft of drafts) if (draft.id !== undefined) await updateNotification(trx, draft.id, draft)
  const places = drafts.map(({ filed, place }) => ({ account: filed.to, place }))
  const written = await notificationsAt(trx, places)
  await insertActors(trx, actorsOf(drafts, written))
  return written
}

function actorsOf(drafts: readonly Draft[], written: readonly Notification[]) {
  const ids = new Map<string, NotificationId>(written.map((one) => [`${one.account} ${one.place}`, one.id]))
  return drafts.flatMap(({ filed, place, joining }) => {
    const notification = ids.get(`${filed.to} ${place}`)
    if (notification === undefined) throw new Error('what was written a moment ago is not there')
    return joining.map((actor) => ({ notification, actor, account: filed.to, place }))
  })
}

function unreadMoved(drafts: readonly Draft[], inboxes: ReadonlyMap<AccountId, Inbox>): Inbox[] {
  const moved = new Set(drafts.filter(({ id }) => id === undefined).map(({ filed }) => filed.to))
  return [...moved].flatMap((account) => inboxes.get(account) ?? [])
}

function withoutRepeats(filed: readonly Filed[]): Filed[] {
  const byKey = new Map(filed.map((one) => [`${keyOf(one.to, one.type, one.subject)} ${one.from}`, one]))
  return [...byKey.values()]
}

function keyOf(account: AccountId, type: string, subject: string): string {
  return `${account} ${type} ${subject}`
}
