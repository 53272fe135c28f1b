import { ApiProblem } from '../api/problem.ts'
import type { Post } from '../api/types.ts'
import { api, me } from '../shell/session.ts'
import { problemText } from '../text/index.ts'
import { confirm } from '../ui/confirm.tsx'
import { Menu } from '../ui/menu.tsx'
import type { MenuItem } from '../ui/menu.tsx'
import { toast } from '../ui/toast-state.ts'
import { nameOf } from './person-line.tsx'
import { editPost } from './post-editing.tsx'
import type { Entry } from './posts.ts'
import { copyLink } from './share.ts'
import { text } from './text.ts'
import { posts } from './timeline-state.ts'

/** What else can be done with a post: the author edits, the author and admins delete, everybody takes the link along. */
export function PostMenu({ entry, onDeleted }: { entry: Entry; onDeleted?: () => void }) {
  const { post } = entry.value
  const mine = isMine(post)
  const items: MenuItem[] = [{ label: text.value.copyLink, icon: 'link', onSelect: () => void copyLink(post) }]
  if (mine) items.push({ label: text.value.edit, icon: 'edit', onSelect: () => editPost(post) })
  if (mine || me.value?.role === 'admin') {
    const onSelect = (): void => void remove(post).then((isGone) => isGone && onDeleted?.())
    items.push({ label: text.value.delete, icon: 'trash', isDangerous: true, onSelect })
  }
  return <Menu label={text.value.morePost(nameOf(post.author))} items={items} />
}

function isMine(post: Post): boolean {
  return post.author !== null && post.author.id === me.value?.id
}

async function remove(post: Post): Promise<boolean> {
  const { deletePost, deletePostText, delete: yes, deleted } = text.value
  if (!(await confirm({ title: deletePost, body: deletePostText, yes, isDangerous: true }))) return false
  try {
    await api.timeline.remove(post.id)
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    // Gone is what was wanted.
    if (error.code !== 'not_found') {
      toast({ text: problemText(error), tone: 'danger' })
      return false
    }
  }
  posts.hear({ type: 'post.deleted', post: post.id })
  toast({ text: deleted })
  return true
}
