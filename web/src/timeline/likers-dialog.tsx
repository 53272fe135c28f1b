import './likers-dialog.css'
import { useCallback, useEffect, useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import type { Like, Page } from '../api/types.ts'
import { api } from '../shell/session.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { Loading, SkeletonText } from '../ui/skeleton.tsx'
import { ErrorLine } from '../ui/states.tsx'
import { PersonLine } from './person-line.tsx'
import { text } from './text.ts'

/** Who likes a post, the latest first. */
export function LikersDialog({ post, onClose }: { post: string; onClose: () => void }) {
  const [likes, setLikes] = useState<readonly Like[]>([])
  const [next, setNext] = useState<string | undefined>(undefined)
  const [state, setState] = useState<'reading' | 'ready' | ApiProblem>('reading')

  const read = useCallback(
    async (cursor?: string): Promise<void> => {
      setState('reading')
      try {
        const page: Page<Like> = await api.timeline.likes(post, { cursor })
        setLikes((before) => [...(cursor === undefined ? [] : before), ...page.items])
        setNext(page.page.next)
        setState('ready')
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error
        setState(error)
      }
    },
    [post],
  )
  useEffect(() => void read(), [read])

  return (
    <Dialog title={text.value.likersTitle} size="small" onClose={onClose}>
      {/* Who follows one of these links leaves the dialog with the page. */}
      <ul class="likers">
        {likes.map(({ person, at }) => (
          <li key={person.id}>
            <PersonLine person={person}>
              <RelativeTime at={at} />
            </PersonLine>
          </li>
        ))}
      </ul>
      {state === 'ready' && likes.length === 0 && <p class="likers-none">{text.value.noLikers}</p>}
      {state === 'reading' && (
        <Loading>
          <SkeletonText lines={4} />
        </Loading>
      )}
      {state instanceof ApiProblem && <ErrorLine problem={state} />}
      {state === 'ready' && next !== undefined && (
        <Button isWide onClick={() => void read(next)}>
          {text.value.more}
        </Button>
      )}
    </Dialog>
  )
}
