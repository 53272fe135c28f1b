import './paged-view.css'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { texts } from '../text/index.ts'
import { Button } from './button.tsx'
import type { PagedList } from './paged-list.ts'
import { Loading } from './skeleton.tsx'
import { ErrorLine, ErrorState } from './states.tsx'

const text = texts({ en: { more: 'Show more', retry: 'Try again' }, ko: { more: '더 보기', retry: '다시 시도' } })

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
    return <ErrorState problem={problem} onRetry={() => void list.more()} />
  }
  if (items.length === 0 && list.isAtEnd.value) return <>{empty}</>
  return (
    <>
      {children(items)}
      <PagedEnd list={list} />
    </>
  )
}

function PagedEnd<Item>({ list }: { list: PagedList<Item> }) {
  const end = useRef<HTMLDivElement>(null)
  const isAtEnd = list.isAtEnd.value
  const problem = list.problem.value
  const shown = list.items.value?.length
  const isStopped = isAtEnd || problem !== undefined
  useEffect(() => {
    if (end.current === null || isStopped) return undefined
    const watch = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) void list.more()
    }, ahead)
    watch.observe(end.current)
    return () => watch.disconnect()
  }, [list, isStopped, shown])
  if (isAtEnd) return null
  return (
    <div ref={end} class="paged-end">
      {problem !== undefined && <ErrorLine problem={problem} />}
      <Button look="quiet" isBusy={list.isLoading.value} onClick={() => void list.more()}>
        {problem === undefined ? text.value.more : text.value.retry}
      </Button>
    </div>
  )
}

/** Begun before the end comes into sight. */
const ahead = { rootMargin: '600px 0px' }
