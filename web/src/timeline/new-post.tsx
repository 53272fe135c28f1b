import { me } from '../shell/session.ts'
import { toast } from '../ui/toast-state.ts'
import type { Account, Post } from '../api/types.ts'
import { ComposerForm } from './composer-form.tsx'
import { text } from './composer-text.ts'
import { compositionOf } from './composition-state.ts'
import { posts } from './timeline-state.ts'

export interface NewPostProps {
  account: Account
  /** Whether a new post of mine is seen in the list below; else it is said where it is. */
  isSeen: (post: Post) => boolean
  onShow: (post: Post) => void
}

/** Writes a new post; what is written stays while one looks at something else, and over reloads. */
export function NewPost({ account, isSeen, onShow }: NewPostProps) {
  const composition = compositionOf(account.id)

  async function post(): Promise<void> {
    const created = await composition.post()
    if (created === undefined || me.peek()?.id !== account.id) return
    composition.clear()
    posts.hear({ type: 'post.created', post: created })
    const { posted, show } = text.value
    toast(isSeen(created) ? { text: posted } : { text: posted, action: { label: show, run: () => onShow(created) } })
  }

  return <ComposerForm composition={composition} verb={text.value.post} onPost={() => void post()} />
}
