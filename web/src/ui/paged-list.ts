import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Page } from '../api/types.ts'

/** A list that is read page by page. Everything about it is shown; nothing of it throws. */
export interface PagedList<Item> {
  /** Undefined until the first page is there. */
  readonly items: ReadonlySignal<readonly Item[] | undefined>
  readonly isLoading: ReadonlySignal<boolean>
  readonly isAtEnd: ReadonlySignal<boolean>
  /** Why the last reading failed; the same can be tried again by `more`. */
  readonly problem: ReadonlySignal<unknown>
  /** Reads the next page, unless one is being read or there is none. */
  more(): Promise<void>
  /** Reads the first page anew, as it is from now on; what is shown stays until it is there. */
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
  let toldMeanwhile: ((items: readonly Item[]) => readonly Item[])[] = []

  async function load(cursor: string | undefined): Promise<void> {
    const reading = (readings += 1)
    isLoading.value = true
    problem.value = undefined
    toldMeanwhile = []
    try {
      const page = await read(cursor)
      if (reading !== readings) return
      const all = cursor === undefined ? page.items : joined(items.value ?? [], page.items, key)
      items.value = toldMeanwhile.reduce((before: readonly Item[], change) => change(before), all)
      next = page.page.next
      isAtEnd.value = next === undefined
    } catch (error) {
      if (reading === readings) problem.value = error
    } finally {
      if (reading === readings) isLoading.value = false
    }
  }

  return {
    ...{ items, isLoading, isAtEnd, problem },
    more: async () => {
      if (!isLoading.value && !isAtEnd.value) await load(next)
    },
    reload: () => load(undefined),
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
