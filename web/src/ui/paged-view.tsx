import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { PagedEnd } from './paged-end.tsx'
import type { PagedList } from './paged-list.ts'
import { Loading } from './skeleton.tsx'
import { ErrorState } from './states.tsx'

export interface PagedViewProps<Item> {
  list: PagedList<Item>
  /** As large as a first page will be. */
  skeleton: ComponentChildren
  /** Shown when there is nothing. */
  empty: ComponentChildren
  children: (items: readonly Item[]) => ComponentChildren
}

/** A list that is read as it is scrolled to its end: what is there, what is coming, and what went wrong. */
export function PagedView<Item>({ list, skeleton, empty, children }: PagedViewProps<Item>) {
  const items = list.items.value
  const problem = list.problem.value
  useEffect(() => void (list.items.peek() === undefined && list.more()), [list])
  if (items === undefined) {
    if (problem === undefined) return <Loading>{skeleton}</Loading>
    return <ErrorState problem={problem} onRetry={() => list.more()} />
  }
  if (items.length === 0 && list.isAtEnd.value) return <>{empty}</>
  return (
    <>
      {children(items)}
      <PagedEnd list={list} count={items.length} />
    </>
  )
}
