import type { Post } from '../api/types.ts'
import { toast } from '../ui/toast-state.ts'
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

export async function copyLink(post: Post): Promise<void> {
  const url = addressOf(post.id)
  try {
    await navigator.clipboard.writeText(url)
    toast({ text: text.value.copied })
  } catch {
    // Without a clipboard (an address that is not secure) the link is shown, to be copied by hand.
    toast({ text: url })
  }
}

function addressOf(post: string): string {
  return new URL(`/posts/${post}`, location.origin).href
}
