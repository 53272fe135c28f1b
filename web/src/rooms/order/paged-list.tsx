import './order.css'
import type { ComponentChildren } from 'preact'
import { Button } from '../../ui/button.tsx'
import { Loading, SkeletonText } from '../../ui/skeleton.tsx'
import { ErrorLine, ErrorState } from '../../ui/states.tsx'
import { text } from './text.ts'
import type { Paged } from './use-paged.ts'

export interface PagedListProps<Item> {
  list: Paged<Item>
  /** Shown when there is nobody. */
  empty: ComponentChildren
  children: ComponentChildren
}

/** People in a dialog, with every state that a list can be in. */
export function PagedList<Item>({ list, empty, children }: PagedListProps<Item>) {
  if (list.items === undefined && list.problem !== undefined) {
    return <ErrorState problem={list.problem} onRetry={list.reload} isRetrying={list.isLoading} />
  }
  if (list.items === undefined) {
    return (
      <Loading>
        <SkeletonText lines={3} />
      </Loading>
    )
  }
  if (list.items.length === 0) return <>{empty}</>
  return (
    <>
      <ul class="order-people">{children}</ul>
      {list.problem !== undefined && <ErrorLine problem={list.problem} />}
      {list.hasMore && (
        <Button isBusy={list.isLoading} onClick={list.more}>
          {text.value.more}
        </Button>
      )}
    </>
  )
}
