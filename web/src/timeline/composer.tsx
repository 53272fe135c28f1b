import './composer.css'
import { useEffect } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'
import { me } from '../shell/session.ts'
import { text as shellText } from '../shell/text.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { createLater } from '../ui/later.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { ErrorLine } from '../ui/states.tsx'
import { hasDraft } from './draft.ts'
import type { NewPostProps } from './new-post.tsx'
import { text } from './text.ts'

const newPost = createLater(() => import('./new-post.tsx').then((module) => module.NewPost))

/** The place where a new post is written. What one writes with comes after the page: nobody waits for it to read. */
export function Composer(props: Omit<NewPostProps, 'account'>) {
  const account = me.value
  const NewPost = newPost.component.value
  useEffect(() => newPost.load(), [])
  if (account === null || account === undefined) return null
  return (
    <Card as="section" label={text.value.composer} class="composer-card">
      <Avatar person={account} />
      <div class="composer-place">
        {NewPost === undefined ? <StandIn /> : <NewPost key={account.id} account={account} {...props} />}
      </div>
    </Card>
  )
}

/** Whether the place is about to grow by a draft that was kept: whatever is below would be moved. */
export function isAboutToGrow(): boolean {
  const account = me.value
  if (newPost.component.value !== undefined || newPost.hasFailed.value) return false
  return account !== null && account !== undefined && hasDraft(account.id)
}

function StandIn() {
  if (newPost.hasFailed.value) {
    return (
      <ErrorLine problem={new ApiProblem({ code: 'offline' })}>
        <Button size="small" onClick={() => location.reload()}>
          {shellText.value.reload}
        </Button>
      </ErrorLine>
    )
  }
  return (
    <Loading>
      <Skeleton height="calc(3em + 2 * var(--space-2) + 2px)" radius="var(--radius)" />
    </Loading>
  )
}
