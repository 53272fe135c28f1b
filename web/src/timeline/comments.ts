import { batch, signal } from '@preact/signals'
import { ApiProblem } from '../api/problem.ts'
import type { Comment, Page } from '../api/types.ts'
import type { Holder, PostEvent } from './posts.ts'

export type CommentOrder = 'oldest' | 'newest'

export interface CommentsParts {
  post: string
  api: {
    comments(post: string, page: { order: CommentOrder; cursor?: string | undefined }): Promise<Page<Comment>>
    oneComment(comment: string): Promise<Comment>
  }
}

/**
 * The comments of one post, live. Events name a comment and do not carry it, so it is fetched. Whatever reads or fetches waits for its
 * turn: a page that was asked for first is taken in first, and what happened meanwhile comes behind it.
 */
export class Comments implements Holder {
  readonly items = signal<readonly Comment[]>([])
  readonly order = signal<CommentOrder>('oldest')
  readonly state = signal<'new' | 'reading' | 'ready' | 'failed'>('new')
  readonly problem = signal<ApiProblem | undefined>(undefined)
  readonly hasMore = signal(false)
  #next: string | undefined
  #turn: Promise<void> = Promise.resolve()
  readonly #parts: CommentsParts

  constructor(parts: CommentsParts) {
    this.#parts = parts
  }

  begin(order: CommentOrder = this.order.peek()): Promise<void> {
    this.order.value = order
    return this.#inTurn(() => this.#read(undefined))
  }

  more(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.hasMore.peek()) await this.#read(this.#next)
    })
  }

  /** Reads on until this comment is there; whether it is in the end. */
  async reach(comment: string): Promise<boolean> {
    const isThere = (): boolean => this.items.peek().some(({ id }) => id === comment)
    // What was asked for before comes first.
    await this.#turn
    while (!isThere() && this.hasMore.peek() && this.state.peek() === 'ready') await this.more()
    return isThere()
  }

  entryOf(): undefined {
    return undefined
  }

  hear(event: PostEvent): void {
    if (!('comment' in event) || event.post !== this.#parts.post) return
    if (event.type === 'comment.deleted') void this.#deleted(event.comment)
    else void this.#changed(event.comment)
  }

  hide(username: string): void {
    this.items.value = this.items.peek().filter((comment) => comment.author?.username !== username)
  }

  readAnew(): void {
    void this.begin()
  }

  /** I deleted it. */
  drop(comment: string): void {
    this.items.value = this.items.peek().filter((one) => one.id !== comment)
  }

  /** Somebody commented, or changed a comment. */
  #changed(comment: string): Promise<void> {
    return this.#inTurn(async () => {
      try {
        this.#show(await this.#parts.api.oneComment(comment))
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error
        if (error.code === 'not_found') this.drop(comment)
      }
    })
  }

  #deleted(comment: string): Promise<void> {
    return this.#inTurn(async () => this.drop(comment))
  }

  /** What the server answered to what I did. */
  put(comment: Comment): void {
    const { items } = this
    if (items.peek().some((one) => one.id === comment.id)) this.#replace(comment)
    else items.value = this.#inserted(comment)
  }

  #show(comment: Comment): void {
    if (this.items.peek().some((one) => one.id === comment.id)) return this.#replace(comment)
    // Behind what was read so far it will be read with its page.
    if (this.order.peek() === 'newest' || !this.hasMore.peek()) this.items.value = this.#inserted(comment)
  }

  #replace(comment: Comment): void {
    this.items.value = this.items.peek().map((one) => (one.id === comment.id ? comment : one))
  }

  /** By time, in the order that is shown. */
  #inserted(comment: Comment): readonly Comment[] {
    const items = this.items.peek()
    const isNewestFirst = this.order.peek() === 'newest'
    const at = items.findIndex((one) =>
      isNewestFirst ? one.createdAt <= comment.createdAt : one.createdAt > comment.createdAt,
    )
    return at === -1 ? [...items, comment] : items.toSpliced(at, 0, comment)
  }

  async #read(cursor: string | undefined): Promise<void> {
    const { api, post } = this.#parts
    const order = this.order.peek()
    this.state.value = 'reading'
    this.problem.value = undefined
    try {
      const page = await api.comments(post, { order, cursor })
      if (order === this.order.peek()) this.#take(page, cursor === undefined)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      batch(() => {
        this.problem.value = error
        this.state.value = 'failed'
      })
    }
  }

  #take(page: Page<Comment>, isFirst: boolean): void {
    batch(() => {
      // One of mine may have been put in ahead of its page: its place is there.
      const read = new Set(page.items.map((comment) => comment.id))
      const before = isFirst ? [] : this.items.peek().filter((comment) => !read.has(comment.id))
      this.items.value = [...before, ...page.items]
      this.#next = page.page.next
      this.hasMore.value = this.#next !== undefined
      this.state.value = 'ready'
    })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work)
    return this.#turn
  }
}
