import type { Post } from '../api/types.ts'
import { copyText } from '../ui/copy-text.ts'
import { nameOf } from './person-line.tsx'
import { text } from './text.ts'

/** By the system's own sheet where there is one (phones), else as a link in the clipboard. */
export async function share(post: Post): Promise<void> {
  const url = addressOf(post.id)
  const isTouched = matchMedia('(pointer: coarse)').matches
  if (!isTouched || typeof navigator.share !== 'function') return copyLink(post)
  try {
    await navigator.share({ title: text.value.shareText(nameOf(post.author)), url })
  } catch (error) {
    // Turning away from the sheet is no error.
    if (!(error instanceof DOMException && error.name === 'AbortError')) await copyLink(post)
  }
}

export function copyLink(post: Post): Promise<void> {
  return copyText(addressOf(post.id), text.value.copied)
}

function addressOf(post: string): string {
  return new URL(`/posts/${post}`, location.origin).href
}
