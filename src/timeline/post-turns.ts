import type { PostId } from '../platform/ids.ts'
import { Turns } from '../platform/turns.ts'

/**
 * Whoever changes a post holds its row, and MySQL lets the others wait, each with a connection of the pool that everybody needs: one post
 * that all like at once would leave none for the rest. So they wait here: of one post one change at a time is under way on this server, and
 * of all posts together not more than half of the connections are. Who waits too long, or finds the line too long, is told to come
 * again, and only for that post.
 */
export class PostTurns {
  readonly #options: PostTurnsOptions
  readonly #all: Turns
  readonly #byPost = new Map<PostId, { turns: Turns; users: number }>()

  constructor(options: PostTurnsOptions) {
    this.#options = options
    this.#all = new Turns({
      ...options,
      atOnce: Math.floor(options.connections / 2),
      busy: 'Too many posts change right now',
    })
  }

  /** Error: `unavailable`. */
  async take<T>(post: PostId, work: () => Promise<T>): Promise<T> {
    const line = this.#lineOf(post)
    line.users += 1
    try {
      return await line.turns.take(() => this.#all.take(work))
    } finally {
      line.users -= 1
      if (line.users === 0) this.#byPost.delete(post)
    }
  }

  #lineOf(post: PostId): { turns: Turns; users: number } {
    const present = this.#byPost.get(post)
    if (present !== undefined) return present
    const line = {
      turns: new Turns({ ...this.#options, atOnce: 1, busy: 'Too many change this post right now' }),
      users: 0,
    }
    this.#byPost.set(post, line)
    return line
  }
}

export interface PostTurnsOptions {
  /** Of the pool. */
  connections: number
  /** For one post. */
  mostWaiting: number
  waitMs: number
}
