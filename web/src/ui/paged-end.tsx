import './paged-end.css'
import { useEffect, useRef } from 'preact/hooks'
import { texts } from '../text/index.ts'
import { Button } from './button.tsx'
import type { PagedList } from './paged-list.ts'
import { ErrorLine } from './states.tsx'

const text = texts({ en: { more: 'Show more', retry: 'Try again' }, ko: { more: '더 보기', retry: '다시 시도' } })

export interface PagedEndProps {
  list: Pick<PagedList<unknown>, 'isLoading' | 'isAtEnd' | 'problem' | 'more'>
  /** How many items are shown: after each page it is looked anew whether the end is near. */
  count: number
}

/** The end of a list that goes on: reads the next page before it comes into sight. The button is for after an error, and for keys. */
export function PagedEnd({ list, count }: PagedEndProps) {
  const end = useRef<HTMLDivElement>(null)
  const isAtEnd = list.isAtEnd.value
  const problem = list.problem.value
  const isStopped = isAtEnd || problem !== undefined
  useEffect(() => {
    if (end.current === null || isStopped) return undefined
    const watch = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) void list.more()
    }, ahead)
    watch.observe(end.current)
    return () => watch.disconnect()
  }, [list, isStopped, count])
  if (isAtEnd && problem === undefined) return null
  return (
    <div ref={end} class="paged-end">
      {problem !== undefined && <ErrorLine problem={problem} onRecovery={() => void list.more()} />}
      <Button look="quiet" isBusy={list.isLoading.value} onClick={() => void list.more()}>
        {problem === undefined ? text.value.more : text.value.retry}
      </Button>
    </div>
  )
}

/** Begun before the end comes into sight. */
const ahead = { rootMargin: '600px 0px' }
