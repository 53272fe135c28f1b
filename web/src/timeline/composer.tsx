import './composer.css'
import { LaterPart } from '../shell/later-part.tsx'
import { me } from '../shell/session.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Card } from '../ui/card.tsx'
import { createLater } from '../ui/later.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { hasDraft } from './draft.ts'
import type { NewPostProps } from './new-post.tsx'
import { text } from './text.ts'

const newPost = createLater(() => import('./new-post.tsx').then((module) => module.NewPost))

/** The place where a new post is written. What one writes with comes after the page: nobody waits for it to read. */
export function Composer(props: Omit<NewPostProps, 'account'>) {
  const account = me.value
  if (account === null || account === undefined) return null
  return (
    <Card as="section" label={text.value.composer} class="composer-card">
      <Avatar person={account} />
      <div class="composer-place">
        <LaterPart key={account.id} later={newPost} props={{ account, ...props }}>
          <Skeleton height="calc(3em + 2 * var(--space-2) + 2px)" radius="var(--radius)" />
        </LaterPart>
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
