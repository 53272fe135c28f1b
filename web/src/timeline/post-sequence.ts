import { batch, signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Paging } from '../api/timeline.ts'
import { ApiProblem } from '../api/problem.ts'
import type { LivePage, Post, SharedPost } from '../api/types.ts'
import { PostEntries } from './post-entries.ts'
import type { Entry, Holder, PostEvent, Posts } from './posts.ts'

/** Where a list of posts comes from. */
export interface PostSource {
  read(page: Paging): Promise<LivePage<Post>>
  /** Whether a post belongs into it; `ask` where only the server knows. */
  takes(post: SharedPost): boolean | 'ask'
  /** Newest first, so that new posts have a place in it; a ranking has none for them. */
  isByTime: boolean
  /** Of one person, whom one looks at on purpose: also who is muted is shown there. */
  isOfOne?: boolean
}

export interface SequenceParts {
  posts: Posts
  source: PostSource
  /** Own posts are shown at once, those of others are announced. */
  isMine(post: SharedPost): boolean
  /** The stream goes on from where a first page was read. */
  joinAt(place: string): void
  /** Calls a moment later, once for all that ask meanwhile. */
  later(call: () => void): void
}

/** A list from its top down to some place, or the whole of it. */
interface Read {
  items: readonly Post[]
  isWhole: boolean
  /** Those that are shown and were not met. */
  missing: ReadonlySet<string>
}

const longestPage = 100

/** A list of posts that stays right by itself. `begin` reads its first page. */
export class PostSequence implements Holder {
  readonly state = signal<'new' | 'reading' | 'ready' | 'failed'>('new')
  /** Why the last reading failed, until another one is answered. */
  readonly problem = signal<ApiProblem | undefined>(undefined)
  readonly hasMore = signal(false)
  #next: string | undefined
  /** Counts the beginnings: what was asked for before the last one is not taken in. */
  #era = 0
  /** Once there is a first page. What comes before is told again behind it. */
  #hasBegun = false
  #isLooking = false
  readonly #parts: SequenceParts
  readonly #list: PostEntries

  constructor(parts: SequenceParts) {
    this.#parts = parts
    this.#list = new PostEntries((post) => parts.isMine(post))
  }

  get entries(): ReadonlySignal<readonly Entry[]> {
    return this.#list.shown
  }

  /** New ones that are announced and not shown yet, the newest first. */
  get fresh(): ReadonlySignal<readonly Entry[]> {
    return this.#list.fresh
  }

  /** More are new than are kept waiting. */
  get isFreshFull(): ReadonlySignal<boolean> {
    return this.#list.isFreshFull
  }

  entryOf(post: string): Entry | undefined {
    return this.#list.find(post)
  }

  /** The first page, in the place of everything that was there. Whoever takes a failure tells of it. */
  begin(fail?: (problem: ApiProblem) => void): Promise<void> {
    const take = (page: LivePage<Post>): void => {
      this.#hasBegun = true
      this.#parts.joinAt(page.stream)
      this.#list.begin(this.#entriesFor(page.items))
      this.#endAt(page)
    }
    return this.#reading({}, take, fail)
  }

  /** The next page. A ranking that is no longer kept goes on with what is new in the one of now: nobody loses their place. */
  async more(): Promise<void> {
    if (!this.hasMore.peek() || this.state.peek() === 'reading') return
    await this.#add({ cursor: this.#next })
    if (this.problem.peek()?.code !== 'cursor_expired') return
    this.problem.value = undefined
    await this.#addOfNow()
  }

  async #addOfNow(): Promise<void> {
    const count = this.entries.peek().length
    await this.#add({})
    while (this.#isUnchangedSince(count)) await this.#add({ cursor: this.#next })
  }

  /** All that was read is shown already, and there is more to read. */
  #isUnchangedSince(count: number): boolean {
    return this.state.peek() === 'ready' && this.hasMore.peek() && this.entries.peek().length === count
  }

  #add(page: Paging): Promise<void> {
    return this.#reading(page, (read) => {
      this.#list.append(this.#entriesFor(read.items))
      this.#endAt(read)
    })
  }

  /** Puts the announced ones on top. Where they are too many to be kept all is read anew; answers why that failed, and leaves the list as it is. */
  async showFresh(): Promise<ApiProblem | undefined> {
    let problem: ApiProblem | undefined
    if (!this.isFreshFull.peek()) this.#list.showFresh()
    else {
      const before = this.state.peek()
      await this.begin((error) => {
        problem = error
        this.state.value = before === 'reading' ? 'ready' : before
      })
      // The next page that was on its way was thrown away: nobody else asks for it again.
      if (problem !== undefined && before === 'reading') void this.more()
    }
    return problem
  }

  hide(username: string): void {
    if (this.#parts.source.isOfOne === true) return
    this.#list.keep((entry) => entry.peek().post.author?.username !== username)
  }

  /** After a gap: what is shown is read again, quietly. What is gone goes, what is new is announced. */
  readAnew(): void {
    if (!this.#hasBegun) {
      // What could not be read may be readable now.
      if (this.state.peek() === 'failed') void this.begin()
      return
    }
    void this.#quietly(
      () => this.#readAgain(),
      (read) => this.#compare(read),
    )
  }

  hear(event: PostEvent): void {
    if (event.type === 'post.created') this.#offer(event.post)
    else if (event.type === 'post.updated') this.#reconsider(event.post)
    else if (event.type === 'post.deleted') this.#list.drop(event.post)
  }

  async #reading(
    page: Paging,
    take: (page: LivePage<Post>) => void,
    fail = (problem: ApiProblem) => this.#fail(problem),
  ): Promise<void> {
    const { posts, source } = this.#parts
    if (page.cursor === undefined) this.#era += 1
    const era = this.#era
    this.state.value = 'reading'
    try {
      await posts.read(
        () => source.read(page),
        (answer) => {
          if (era !== this.#era) return
          batch(() => {
            take(answer)
            this.problem.value = undefined
            this.state.value = 'ready'
          })
        },
      )
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (era === this.#era) fail(error)
    }
  }

  #fail(problem: ApiProblem): void {
    batch(() => {
      this.problem.value = problem
      this.state.value = 'failed'
    })
  }

  /** What nobody asked for fails without a word: what is shown stays, and the next event or gap tries again. */
  async #quietly<Answer>(ask: () => Promise<Answer>, take: (answer: Answer) => void): Promise<void> {
    const era = this.#era
    try {
      await this.#parts.posts.read(ask, (answer) => era === this.#era && take(answer))
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
    }
  }

  /** Down to as many as are shown; a ranking, in which a post may have moved anywhere, until all of them were met. */
  async #readAgain(): Promise<Read> {
    const { source } = this.#parts
    const missing = new Set(this.entries.peek().map((entry) => entry.peek().post.id))
    const shown = missing.size
    const items: Post[] = []
    let cursor: string | undefined
    do {
      const { items: more, page } = await source.read({ limit: longestPage, cursor })
      items.push(...more)
      for (const { id } of more) missing.delete(id)
      cursor = page.next
    } while (cursor !== undefined && (source.isByTime ? items.length < shown : missing.size > 0))
    return { items, isWhole: cursor === undefined, missing }
  }

  #endAt(page: LivePage<Post>): void {
    this.#next = page.page.next
    this.hasMore.value = this.#next !== undefined
  }

  #entriesFor(items: readonly Post[]): Entry[] {
    return items.map((post) => this.#parts.posts.entryFor(post))
  }

  /** A new post: nobody has it before it was created, so it is new here unless a page had it first. */
  #offer(post: SharedPost): void {
    if (!this.#hasBegun || !this.#parts.source.isByTime) return
    if (this.entryOf(post.id) !== undefined) return
    const takes = this.#parts.source.takes(post)
    if (!takes) return
    if (takes === 'ask') return this.#lookSoon()
    this.#list.announce(this.#parts.posts.entryForShared(post))
  }

  /** An edit may bring a post into a tag or an area, and take it out of them. */
  #reconsider(post: SharedPost): void {
    const { source, posts } = this.#parts
    if (!this.#hasBegun || !source.isByTime) return
    const takes = source.takes(post)
    const isHere = this.entryOf(post.id) !== undefined
    if (isHere && takes === false) this.#list.drop(post.id)
    if (!isHere && takes === true && this.#reaches(post)) this.#list.put(posts.entryForShared(post))
  }

  /** Whether a post of that age would be among those that were read. */
  #reaches(post: SharedPost): boolean {
    const last = this.entries.peek().at(-1)
    return this.#next === undefined || (last !== undefined && last.peek().post.createdAt <= post.createdAt)
  }

  /** Only the server knows who is followed: it is asked for the newest, once for all that come meanwhile. */
  #lookSoon(): void {
    if (this.#isLooking) return
    this.#isLooking = true
    this.#parts.later(() => {
      this.#isLooking = false
      void this.#quietly(
        () => this.#parts.source.read({}),
        (page) => this.#list.announceNewOf(this.#entriesFor(page.items)),
      )
    })
  }

  #compare({ items, isWhole, missing }: Read): void {
    const read = this.#entriesFor(items)
    // A ranking stays in the order in which it was read, without those that are nowhere in it any more.
    if (!this.#parts.source.isByTime) return this.#list.keep((entry) => !missing.has(entry.peek().post.id))
    const isThere = new Set(read)
    const end = isWhole ? '' : (items.at(-1)?.createdAt ?? '')
    const isBelow = (entry: Entry): boolean => entry.peek().post.createdAt <= end
    this.#list.keep(
      (entry) => isThere.has(entry) || isBelow(entry),
      (entry) => isThere.has(entry),
    )
    this.#list.announceNewOf(read)
  }
}
