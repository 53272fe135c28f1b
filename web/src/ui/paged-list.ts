import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Page } from '../api/types.ts'

/** A list that is read page by page. Everything about it is shown; nothing of it throws. */
export interface PagedList<Item> {
  /** Undefined until the first page is there. */
  readonly items: ReadonlySignal<readonly Item[] | undefined>
  readonly isLoading: ReadonlySignal<boolean>
  readonly isAtEnd: ReadonlySignal<boolean>
  /** Why the last reading failed, until another one is answered; the same is tried again by `more`. */
  readonly problem: ReadonlySignal<unknown>
  /** Reads the next page, unless one is being read or there is none. */
  more(): Promise<void>
  /** Reads anew, as it is from now on, down to as many items as are shown; what is shown stays until they are there. */
  reload(): Promise<void>
  /** Forgets everything, and what is on its way. */
  clear(): void
  /** Changes items that are shown, and those of a page that is on its way: it may be older. So a change must be one that can be made twice. */
  change(next: (items: readonly Item[]) => readonly Item[]): void
}

/** Items are told apart by `key`: what has moved onto the next page meanwhile is not shown twice. */
export function pagedList<Item>(
  read: (cursor: string | undefined) => Promise<Page<Item>>,
  key: (item: Item) => string,
): PagedList<Item> {
  const items = signal<readonly Item[] | undefined>(undefined)
  const isLoading = signal(false)
  const isAtEnd = signal(false)
  const problem = signal<unknown>(undefined)
  let next: string | undefined
  /** An answer to what was asked before the last reload is late. */
  let readings = 0
  /** The last reading once more. */
  let again = (): Promise<void> => load(undefined)
  let toldMeanwhile: ((items: readonly Item[]) => readonly Item[])[] = []

  /** Reads a page, and on from there until it is as many items as wanted. */
  async function load(cursor: string | undefined, wanted = 0): Promise<void> {
    const reading = (readings += 1)
    const isLate = (): boolean => reading !== readings
    again = () => load(cursor, wanted)
    isLoading.value = true
    toldMeanwhile = []
    try {
      let page = await read(cursor)
      let found: readonly Item[] = page.items
      while (!isLate() && found.length < wanted && page.page.next !== undefined) {
        page = await read(page.page.next)
        found = joined(found, page.items, key)
      }
      if (isLate()) return
      const all = cursor === undefined ? found : joined(items.value ?? [], found, key)
      items.value = toldMeanwhile.reduce((before, change) => change(before), all)
      next = page.page.next
      isAtEnd.value = next === undefined
      problem.value = undefined
    } catch (error) {
      if (!isLate()) problem.value = error
    } finally {
      if (!isLate()) isLoading.value = false
    }
  }

  return {
    ...{ items, isLoading, isAtEnd, problem },
    more: async () => {
      if (isLoading.value) return
      if (problem.value !== undefined) await again()
      else if (!isAtEnd.value) await load(next)
    },
    reload: () => load(undefined, items.value?.length),
    clear() {
      readings += 1
      next = undefined
      items.value = undefined
      problem.value = undefined
      isLoading.value = false
      isAtEnd.value = false
    },
    change(change) {
      if (isLoading.value) toldMeanwhile.push(change)
      if (items.value !== undefined) items.value = change(items.value)
    },
  }
}

function joined<Item>(shown: readonly Item[], more: readonly Item[], key: (item: Item) => string): Item[] {
  const known = new Set(shown.map(key))
  return [...shown, ...more.filter((item) => !known.has(key(item)))]
}
