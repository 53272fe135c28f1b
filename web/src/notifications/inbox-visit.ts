import { computed, signal } from '@preact/signals'
import type { Paging } from '../api/paging.ts'
import type { Notification, Page } from '../api/types.ts'
import { emptyInbox, newestPlace, placeOf, shownOf, without, withNotification, withPage } from './inbox.ts'

export interface InboxVisitParts {
  list(page: Paging): Promise<Page<Notification> & { unread: number }>
  read(upTo: string): Promise<{ unread: number }>
  /** How many are unread, as the server said last. */
  onUnread(unread: number): void
}

/** One look into the inbox, from opening it to leaving: what was new at its beginning stays marked as new. */
export class InboxVisit {
  /** Why the last reading failed, until another one is answered. */
  readonly problem = signal<unknown>(undefined)
  readonly isLoading = signal(false)
  /** False until the first page is there. */
  readonly isOpen = signal(false)
  readonly #parts: InboxVisitParts
  readonly #inbox = signal(emptyInbox)
  /** What is above this place is new. */
  readonly #readBefore = signal(0)
  /** Places of what the pages held, in their order, and how many of these were unread when the visit began. */
  #places: number[] = []
  #unreadAtFirst = 0
  #readUpTo = 0
  #readings = 0
  /** The last reading once more. */
  #again = (): Promise<void> => this.#load(undefined)
  /** Told while a page was being read: the page may not know of it. */
  #meanwhile: Notification[] = []

  readonly items = computed(() => shownOf(this.#inbox.value))
  readonly fresh = computed(() => this.items.value.filter((one) => placeOf(one) > this.#readBefore.value))
  readonly earlier = computed(() => this.items.value.filter((one) => placeOf(one) <= this.#readBefore.value))
  readonly isAtEnd = computed(() => this.isOpen.value && this.#inbox.value.next === undefined)

  constructor(parts: InboxVisitParts) {
    this.#parts = parts
  }

  /** Reads the next page, unless one is being read or there is none; after a reading that failed, the same once more. */
  async more(): Promise<void> {
    if (this.isLoading.value) return
    if (this.problem.value !== undefined) await this.#again()
    else if (!this.isAtEnd.value) await this.#load(this.#inbox.value.next)
  }

  /** Something was missed: all that is shown is read anew. */
  async reload(): Promise<void> {
    await this.#load(undefined, this.items.value.length)
  }

  /** `notification.created` or `notification.updated`. */
  told(notification: Notification): void {
    this.#meanwhile.push(notification)
    this.#inbox.value = withNotification(this.#inbox.value, notification)
  }

  gone(ids: readonly string[]): void {
    this.#inbox.value = without(this.#inbox.value, ids)
  }

  /** Everything that is shown has been seen: told to the server once for each newest place, and again if that failed. */
  async seen(): Promise<void> {
    const newest = newestPlace(this.#inbox.value)
    if (!this.isOpen.value || newest === undefined || Number(newest) <= this.#readUpTo) return
    const before = this.#readUpTo
    this.#readUpTo = Number(newest)
    try {
      this.#parts.onUnread((await this.#parts.read(newest)).unread)
    } catch {
      // It stays unread on the server, and is told again the next time that something is looked at.
      this.#readUpTo = Math.min(this.#readUpTo, before)
    }
  }

  /** Reads a page, and on from there until it is as many as wanted. */
  async #load(cursor: string | undefined, wanted = 0): Promise<void> {
    const reading = (this.#readings += 1)
    this.#again = () => this.#load(cursor, wanted)
    this.isLoading.value = true
    this.#meanwhile = []
    try {
      let page = await this.#parts.list({ cursor })
      const items = page.items
      while (reading === this.#readings && items.length < wanted && page.page.next !== undefined) {
        page = await this.#parts.list({ cursor: page.page.next })
        items.push(...page.items)
      }
      if (reading === this.#readings) this.#take({ ...page, items }, cursor === undefined)
    } catch (error) {
      if (reading === this.#readings) this.problem.value = error
    } finally {
      if (reading === this.#readings) this.isLoading.value = false
    }
  }

  #take(page: Page<Notification> & { unread: number }, isFirst: boolean): void {
    if (!this.isOpen.value) this.#unreadAtFirst = page.unread
    if (isFirst) this.#parts.onUnread(page.unread)
    if (!isFirst || !this.isOpen.value) this.#places.push(...page.items.map(placeOf))
    const before = isFirst ? { ...emptyInbox, gone: this.#inbox.value.gone } : this.#inbox.value
    this.#inbox.value = this.#meanwhile.reduce(withNotification, withPage(before, page))
    this.#readBefore.value = this.#places[this.#unreadAtFirst] ?? 0
    this.isOpen.value = true
    this.problem.value = undefined
  }
}
