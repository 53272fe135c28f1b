import { signal } from '@preact/signals'
import { ApiProblem } from '../api/problem.ts'
import type { Post } from '../api/types.ts'
import type { Entry, Holder, PostEvent, Posts } from './posts.ts'

/** One post on a page of its own, live. */
export class OnePost implements Holder {
  readonly entry = signal<Entry | undefined>(undefined)
  readonly problem = signal<ApiProblem | undefined>(undefined)
  readonly isGone = signal(false)
  readonly #id: string
  readonly #posts: Posts
  readonly #ask: (id: string) => Promise<Post>

  constructor(parts: { id: string; posts: Posts; ask: (id: string) => Promise<Post> }) {
    this.#id = parts.id
    this.#posts = parts.posts
    this.#ask = parts.ask
  }

  /** What another list shows of it already is there at once. */
  async read(): Promise<void> {
    this.entry.value ??= this.#posts.known(this.#id)
    try {
      await this.#posts.read(
        () => this.#ask(this.#id),
        (post) => {
          this.entry.value = this.#posts.entryFor(post)
          // Who was not there for me may be again.
          this.isGone.value = false
          this.problem.value = undefined
        },
      )
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'not_found' || error.code === 'bad_input') this.isGone.value = true
      else this.problem.value = error
    }
  }

  /** One that is looked at on its own page is read anew. */
  hide(): void {}

  readAnew(): void {
    void this.read()
  }

  entryOf(post: string): Entry | undefined {
    return post === this.#id ? this.entry.peek() : undefined
  }

  hear(event: PostEvent): void {
    if (event.type === 'post.deleted' && event.post === this.#id) this.isGone.value = true
  }
}
