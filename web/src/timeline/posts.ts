import { batch, signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { LiveEvents } from '../api/live.ts'
import type { Liking, Post, SharedPost } from '../api/types.ts'

/** A post as it is shown, wherever it is shown: one signal, so that a like in one list is a like in all. */
export interface ShownPost {
  post: Post
  /** What I want of its like while the server has not answered. */
  wish: boolean | undefined
  isGone: boolean
}
export type Entry = Signal<ShownPost>

type Told = 'post.created' | 'post.updated' | 'post.deleted' | 'likes.changed' | CommentTold
type CommentTold = 'comment.created' | 'comment.updated' | 'comment.deleted'

/** What happens to posts: told by the stream, or done here and answered by the server. */
export type PostEvent = { [Name in Told]: { type: Name } & LiveEvents[Name] }[Told] | ({ type: 'liked' } & Liking)

/** Shows posts, one or many. */
export interface Holder {
  entryOf(post: string): Entry | undefined
  /** Told after the entry was changed. */
  hear(event: PostEvent): void
  /** I hide this person from now on. */
  hide(username: string): void
  /** Something was missed: what is shown has to be read again. */
  readAnew(): void
}

/**
 * All posts that are on show. Pages and events come in any order; what is shown in the end is the same: an event that came while a page
 * was read is told once more behind that page, which may be older than it.
 */
export class Posts {
  readonly #holders = new Set<Holder>()
  /** What was heard while a page is being read. */
  #heard: PostEvent[] = []
  #reads = 0
  #gaps = 0

  /** Answers how to take it out again. */
  add(holder: Holder): () => void {
    this.#holders.add(holder)
    return () => this.#holders.delete(holder)
  }

  hear(event: PostEvent): void {
    if (this.#reads > 0) this.#heard.push(event)
    batch(() => this.#tell(event))
  }

  /** I block or mute somebody: nothing of theirs is shown, whatever of it may be on its way. */
  hide(username: string): void {
    batch(() => {
      for (const holder of this.#holders) holder.hide(username)
    })
    this.readAnew()
  }

  /** After a gap in what is heard. */
  readAnew(): void {
    this.#gaps += 1
    for (const holder of this.#holders) holder.readAnew()
  }

  /** Reads posts and takes them in. Errors: those of `ask`. */
  async read<Answer>(ask: () => Promise<Answer>, take: (answer: Answer) => void): Promise<void> {
    this.#reads += 1
    try {
      const { answer, heardSince } = await this.#askUntilWhole(ask)
      batch(() => {
        take(answer)
        for (const event of heardSince) this.#tell(event)
      })
    } finally {
      this.#reads -= 1
      if (this.#reads === 0) this.#heard = []
    }
  }

  /** An answer from before a gap may lack what was never told: it is asked for once more, and what was heard before is old. */
  async #askUntilWhole<Answer>(ask: () => Promise<Answer>) {
    for (;;) {
      const gaps = this.#gaps
      const from = this.#heard.length
      const answer = await ask()
      if (gaps === this.#gaps) return { answer, heardSince: this.#heard.slice(from) }
    }
  }

  /** The one entry of a post that was just read or made. */
  entryFor(post: Post): Entry {
    const entry = this.known(post.id)
    if (entry === undefined) return signal<ShownPost>({ post, wish: undefined, isGone: false })
    entry.value = { ...entry.value, post }
    return entry
  }

  /** The entry of a post that an event told of, which does not say what is mine. */
  entryForShared(post: SharedPost): Entry {
    return this.known(post.id) ?? this.entryFor({ isLiked: false, ...post })
  }

  #tell(event: PostEvent): void {
    const entry = this.known(subjectOf(event))
    if (entry !== undefined) entry.value = changed(entry.value, event)
    for (const holder of this.#holders) holder.hear(event)
  }

  /** The entry of a post that is shown somewhere. */
  known(post: string): Entry | undefined {
    for (const holder of this.#holders) {
      const entry = holder.entryOf(post)
      if (entry !== undefined) return entry
    }
    return undefined
  }
}

export function subjectOf(event: PostEvent): string {
  return typeof event.post === 'string' ? event.post : event.post.id
}

/** A post as it is after what happened to it. */
export function changed(shown: ShownPost, event: PostEvent): ShownPost {
  const { post } = shown
  switch (event.type) {
    case 'post.created':
    case 'post.updated':
      return { ...shown, post: { ...withoutEdit(post), ...event.post } }
    case 'post.deleted':
      return { ...shown, isGone: true }
    case 'likes.changed':
      return { ...shown, post: { ...post, likeCount: event.likeCount } }
    case 'liked':
      return { ...shown, post: { ...post, likeCount: event.likeCount, isLiked: event.isLiked } }
    case 'comment.created':
    case 'comment.updated':
    case 'comment.deleted':
      return { ...shown, post: { ...post, commentCount: event.commentCount } }
  }
}

/** An event carries the whole post but for what is mine, and says by leaving it out that it was never edited. */
function withoutEdit(post: Post): Post {
  const unedited = { ...post }
  delete unedited.editedAt
  return unedited
}

/** The likes to show: what the server said, and my wish on top of it. */
export function likesOf({ post, wish }: ShownPost): { isLiked: boolean; count: number } {
  if (wish === undefined || wish === post.isLiked) return { isLiked: post.isLiked, count: post.likeCount }
  return { isLiked: wish, count: Math.max(0, post.likeCount + (wish ? 1 : -1)) }
}
