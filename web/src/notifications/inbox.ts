import type { Notification, Page } from '../api/types.ts'

/**
 * What is known of one's notifications, from pages and from the stream, in whatever order they come. A notification that somebody
 * joins moves to a higher place, and one that has gone never comes back.
 */
export interface Inbox {
  known: ReadonlyMap<string, Notification>
  gone: ReadonlySet<string>
  /** Everything above this place is known; what is below comes with the next page. */
  floor: number
  next: string | undefined
}

export const emptyInbox: Inbox = { known: new Map(), gone: new Set(), floor: Infinity, next: undefined }

/** A page is read behind the ones before it, so it reaches down to its last place, and to the ground when it is the last one. */
export function withPage(inbox: Inbox, page: Page<Notification>): Inbox {
  const { next } = page.page
  const last = page.items.at(-1)
  const floor = next === undefined || last === undefined ? 0 : Math.min(inbox.floor, placeOf(last))
  return { ...page.items.reduce(withNotification, inbox), floor, next }
}

/** `notification.created` and `notification.updated` alike: of two states of one, that at the higher place is the later one. */
export function withNotification(inbox: Inbox, told: Notification): Inbox {
  const before = inbox.known.get(told.id)
  if (inbox.gone.has(told.id) || (before !== undefined && placeOf(before) > placeOf(told))) return inbox
  return { ...inbox, known: new Map(inbox.known).set(told.id, told) }
}

export function without(inbox: Inbox, ids: readonly string[]): Inbox {
  const known = new Map(inbox.known)
  for (const id of ids) known.delete(id)
  return { ...inbox, known, gone: new Set([...inbox.gone, ...ids]) }
}

/** What can be shown without a hole, the newest first; kinds that this client does not know are passed over. */
export function shownOf(inbox: Inbox): Notification[] {
  return [...inbox.known.values()]
    .filter((one) => placeOf(one) >= inbox.floor && isKnown(one.type))
    .toSorted((one, other) => placeOf(other) - placeOf(one))
}

/** The place up to which everything that is known has been seen; undefined where nothing is. */
export function newestPlace(inbox: Inbox): string | undefined {
  const places = [...inbox.known.values()].map(placeOf)
  return places.length === 0 ? undefined : String(Math.max(...places))
}

export function placeOf({ place }: Pick<Notification, 'place'>): number {
  return Number(place)
}

export const kinds = ['comment', 'like', 'mention', 'follow', 'invitation', 'room_closed'] as const
export type Kind = (typeof kinds)[number]

export function isKnown(type: string): type is Kind {
  return kinds.some((kind) => kind === type)
}
