import './new-posts.css'
import { useEffect, useRef } from 'preact/hooks'
import { problemText } from '../text/index.ts'
import { announce } from '../ui/announcer.tsx'
import { Button } from '../ui/button.tsx'
import { toast } from '../ui/toast-state.ts'
import { useAction } from '../ui/use-action.ts'
import { firstSeenPost, scrollToPost } from './reading-place.ts'
import type { ReadingPlace } from './reading-place.ts'
import { text } from './text.ts'
import type { KeptList } from './timeline-state.ts'

/**
 * Says that there are new posts and puts them on top when asked to. Who was reading further down is led to them, and back to where
 * they were.
 */
export function NewPosts({ list }: { list: KeptList }) {
  const { sequence, place } = list
  const count = sequence.fresh.value.length
  const words = sequence.isFreshFull.value ? text.value.manyNewPosts : text.value.newPosts(count)
  const isNew = count > 0 || sequence.isFreshFull.value
  const back = isShown(list, place.value?.post) ? place.value : undefined
  useEffect(() => {
    if (isNew) announce(words)
  }, [isNew, words])

  // Whoever has gone elsewhere is neither told nor led there.
  const isGone = useRef(false)
  useEffect(() => () => void (isGone.current = true), [])
  const { run, isBusy } = useAction(async () => {
    const before = firstSeenPost()
    const problem = await sequence.showFresh()
    if (isGone.current) return
    if (problem !== undefined) return toast({ text: problemText(problem), tone: 'danger' })
    const isFarDown = before !== undefined && before.depth > innerHeight
    place.value = isFarDown && isShown(list, before.post) ? before : undefined
    scrollTo({ top: 0 })
    focusFirst()
  })
  function comeBack(to: ReadingPlace): void {
    scrollToPost(to)
    place.value = undefined
  }

  return (
    <div class="new-posts">
      {isNew && (
        <Button look="main" size="small" icon="arrow-up" isBusy={isBusy} onClick={() => void run()}>
          {words}
        </Button>
      )}
      {!isNew && back !== undefined && (
        <Button size="small" icon="arrow-down" onClick={() => comeBack(back)}>
          {text.value.backToPlace}
        </Button>
      )}
    </div>
  )
}

/** A list that was read anew ends before where one was as a rule, and a post may have gone: nothing leads back there. */
function isShown({ sequence }: KeptList, post: string | undefined): boolean {
  return post !== undefined && sequence.entries.value.some((entry) => entry.peek().post.id === post)
}

/** The button that was pressed is gone: reading goes on at the newest post. */
function focusFirst(): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>('[data-post] .post-name')?.focus({ preventScroll: true })
  })
}
