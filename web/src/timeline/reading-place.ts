/** Which post stands where in the window. */
export interface ReadingPlace {
  post: string
  /** Of its upper edge, from that of the window, in pixels. */
  top: number
  /** How far down the page that is. */
  depth: number
}

/** The first post of which the upper part is in sight. */
export function firstSeenPost(): ReadingPlace | undefined {
  for (const element of document.querySelectorAll<HTMLElement>('[data-post]')) {
    const { top, bottom } = element.getBoundingClientRect()
    const post = element.dataset['post']
    if (bottom > 80 && post !== undefined) return { post, top, depth: scrollY }
  }
  return undefined
}

/** Puts a post where it was in the window, and the focus on it. */
export function scrollToPost({ post, top }: ReadingPlace): void {
  const element = document.querySelector<HTMLElement>(`[data-post="${CSS.escape(post)}"]`)
  if (element === null) return
  scrollBy({ top: element.getBoundingClientRect().top - top })
  element.querySelector<HTMLElement>('.post-name')?.focus({ preventScroll: true })
}
