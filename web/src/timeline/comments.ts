import { batch, signal } from '@preact/signals'
import type { Paging } from '../api/paging.ts'
import { ApiProblem } from '../api/problem.ts'
import type { Comment, Page } from '../api/types.ts'
import type { Holder, PostEvent } from './posts.ts'

export type CommentOrder = 'oldest' | 'newest'

export interface CommentsParts {
  post: string
  api: {
    comments(post: string, page: Paging & { order: CommentOrder }): Promise<Page<Comment>>
    oneComment(comment: string): Promise<Comment>
  }
}

const longestPage = 100

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
  /** Those that went while this was open. */
  readonly #gone = signal<ReadonlySet<string>>(new Set())
  #isRead = false
  #next: string | undefined
  #turn: Promise<void> = Promise.resolve()
  /** The last reading once more. */
  #again = (): Promise<void> => this.#read(undefined)
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

  /** Tries again what could not be read. */
  again(): Promise<void> {
    return this.#inTurn(() => this.#again())
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

  /** Down to where it was read: nobody loses their place, or the comment that they are changing. */
  readAnew(): void {
    void this.#inTurn(() => {
      const shown = this.items.peek().length
      // Where all was shown, so is what has come meanwhile.
      return this.#read(undefined, this.hasMore.peek() || shown === 0 ? shown : shown + longestPage)
    })
  }

  /** Whether it is known to be gone: it went while it was shown, or all are read and it is not there. */
  lacks(comment: string): boolean {
    if (this.items.value.some(({ id }) => id === comment)) return false
    return this.#gone.value.has(comment) || (this.#isRead && !this.hasMore.value)
  }

  /** I deleted it. */
  drop(comment: string): void {
    batch(() => {
      this.items.value = this.items.peek().filter((one) => one.id !== comment)
      this.#gone.value = new Set([...this.#gone.peek(), comment])
    })
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

  /** The page at this cursor; without one, and if so many are wanted, all again that is shown. */
  async #read(cursor: string | undefined, wanted = 0): Promise<void> {
    const order = this.order.peek()
    this.#again = () => this.#read(cursor, wanted)
    this.state.value = 'reading'
    try {
      const page = wanted === 0 ? await this.#page({ order, cursor }) : await this.#first(wanted, order)
      if (order === this.order.peek()) this.#take(page, { isFirst: cursor === undefined, isAgain: wanted > 0 })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      batch(() => {
        this.problem.value = error
        this.state.value = 'failed'
      })
    }
  }

  #page(page: Paging & { order: CommentOrder }): Promise<Page<Comment>> {
    return this.#parts.api.comments(this.#parts.post, page)
  }

  /** So many from the first on, or all, as one page. */
  async #first(wanted: number, order: CommentOrder): Promise<Page<Comment>> {
    const items: Comment[] = []
    let cursor: string | undefined
    do {
      const limit = Math.min(longestPage, wanted - items.length)
      const { items: more, page } = await this.#page({ order, cursor, limit })
      items.push(...more)
      cursor = page.next
    } while (cursor !== undefined && items.length < wanted)
    return { items, page: cursor === undefined ? {} : { next: cursor } }
  }

  #take(page: Page<Comment>, { isFirst, isAgain }: { isFirst: boolean; isAgain: boolean }): void {
    batch(() => {
      // One of mine may have been put in ahead of its page: its place is there.
      const read = new Set(page.items.map((comment) => comment.id))
      const others = this.items.peek().filter((comment) => !read.has(comment.id))
      const before = isFirst ? [] : others
      const behind = isAgain ? others.filter((comment) => this.#isBehind(comment, page)) : []
      this.items.value = [...before, ...page.items, ...behind]
      this.#isRead = true
      this.#next = page.page.next
      this.hasMore.value = this.#next !== undefined
      this.problem.value = undefined
      this.state.value = 'ready'
    })
  }

  /** Further on than these were read. */
  #isBehind({ createdAt }: Comment, { items, page }: Page<Comment>): boolean {
    const end = items.at(-1)?.createdAt
    if (end === undefined || page.next === undefined) return false
    return this.order.peek() === 'newest' ? createdAt <= end : createdAt >= end
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work)
    return this.#turn
  }
}
