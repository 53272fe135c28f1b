import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Post } from '../api/types.ts'
import { laterDialog } from '../ui/later.tsx'

const PostEditor = laterDialog(() => import('./post-editor.tsx').then((module) => module.PostEditor))

/** The post of mine that is being written anew. */
const edited = signal<Post | undefined>(undefined)

export function editPost(post: Post): void {
  edited.value = post
}

/** Holds the editor of what is shown in it. A post that is deleted meanwhile takes its card away, and not what is being written. */
export function PostEditing({ children }: { children: ComponentChildren }) {
  const post = edited.value
  const close = (): void => {
    edited.value = undefined
  }
  useEffect(() => close, [])
  return (
    <>
      {children}
      {post !== undefined && <PostEditor key={post.id} post={post} onClose={close} />}
    </>
  )
}
