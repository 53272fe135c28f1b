import { useEffect, useState } from 'preact/hooks'
import type { Page } from '../../api/types.ts'

export interface Paged<Item> {
  /** Undefined until the first page is there. */
  items: readonly Item[] | undefined
  hasMore: boolean
  isLoading: boolean
  problem: unknown
  more(): void
  /** From the beginning. */
  reload(): void
  /** Takes one away that is no longer so, without asking. */
  without(isGone: (item: Item) => boolean): void
}

/** A list that is paged in while a dialog is open. */
export function usePaged<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>): Paged<Item> {
  const [items, setItems] = useState<readonly Item[] | undefined>(undefined)
  const [next, setNext] = useState<string | undefined>(undefined)
  const [isLoading, setLoading] = useState(false)
  const [problem, setProblem] = useState<unknown>(undefined)

  async function load(cursor: string | undefined): Promise<void> {
    setLoading(true)
    setProblem(undefined)
    try {
      const page = await read(cursor)
      setItems((before) => (cursor === undefined ? page.items : [...(before ?? []), ...page.items]))
      setNext(page.page.next)
    } catch (error) {
      setProblem(error)
    } finally {
      setLoading(false)
    }
  }
  useEffect(() => void load(undefined), [])
  return {
    ...{ items, isLoading, problem, hasMore: next !== undefined },
    more: () => void load(next),
    reload: () => void load(undefined),
    without: (isGone) => setItems((before) => before?.filter((item) => !isGone(item))),
  }
}
