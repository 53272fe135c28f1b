import './likers-dialog.css'
import { useMemo } from 'preact/hooks'
import type { Like } from '../api/types.ts'
import { api } from '../shell/session.ts'
import { Dialog } from '../ui/dialog.tsx'
import { pagedList } from '../ui/paged-list.ts'
import { PagedView } from '../ui/paged-view.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonText } from '../ui/skeleton.tsx'
import { PersonLine } from './person-line.tsx'
import { text } from './text.ts'

/** Who likes a post, the latest first. Who follows one of these links leaves the dialog with the page. */
export function LikersDialog({ post, onClose }: { post: string; onClose: () => void }) {
  const likes = useMemo(() => listOf(post), [post])
  const empty = <p class="likers-none">{text.value.noLikers}</p>
  return (
    <Dialog title={text.value.likersTitle} size="small" onClose={onClose}>
      <PagedView list={likes} skeleton={<SkeletonText lines={4} />} empty={empty}>
        {(people) => (
          <ul class="likers">
            {people.map(({ person, at }) => (
              <li key={person.id}>
                <PersonLine person={person}>
                  <RelativeTime at={at} />
                </PersonLine>
              </li>
            ))}
          </ul>
        )}
      </PagedView>
    </Dialog>
  )
}

function listOf(post: string) {
  return pagedList<Like>(
    (cursor) => api.timeline.likes(post, { cursor }),
    ({ person }) => person.id,
  )
}
