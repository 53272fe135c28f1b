import { batch, signal } from '@preact/signals'
import type { SharedPost } from '../api/types.ts'
import type { Entry } from './posts.ts'

/** More are not kept waiting: who wants to see them reads the list anew. */
const mostFresh = 100

type Stays = (entry: Entry) => boolean

/** What a list of posts shows, and what it only announces: new posts wait until somebody asks for them, so that nothing moves under who reads. */
export class PostEntries {
  readonly shown = signal<readonly Entry[]>([])
  /** New ones that are announced and not shown yet, the newest first. */
  readonly fresh = signal<readonly Entry[]>([])
  readonly isFreshFull = signal(false)
  readonly #isMine: (post: SharedPost) => boolean

  /** Own posts are shown at once, those of others are announced. */
  constructor(isMine: (post: SharedPost) => boolean) {
    this.#isMine = isMine
  }

  find(post: string): Entry | undefined {
    const isIt = isOf(post)
    return this.shown.peek().find(isIt) ?? this.fresh.peek().find(isIt)
  }

  /** In the place of everything that was there. */
  begin(entries: readonly Entry[]): void {
    batch(() => {
      this.fresh.value = []
      this.isFreshFull.value = false
      this.shown.value = entries
    })
  }

  /** Behind the others, without those that are there. */
  append(entries: readonly Entry[]): void {
    const known = new Set(this.shown.peek())
    this.shown.value = [...this.shown.peek(), ...entries.filter((entry) => !known.has(entry))]
  }

  /** At its place by time. */
  put(entry: Entry): void {
    if (!this.shown.peek().includes(entry)) this.shown.value = inserted(this.shown.peek(), entry)
  }

  /** Own ones go in at once, and so does everything where there is nothing whose place it could disturb. */
  announce(entry: Entry): void {
    const { shown, fresh } = this
    if (shown.peek().includes(entry) || fresh.peek().includes(entry)) return
    if (shown.peek().length === 0 || this.#isMine(entry.peek().post)) this.put(entry)
    else if (fresh.peek().length >= mostFresh) this.isFreshFull.value = true
    else fresh.value = inserted(fresh.peek(), entry)
  }

  /** Of a list as it was read, new is what stands above something that is shown; when nothing of it is, there is more than is kept waiting. */
  announceNewOf(read: readonly Entry[]): void {
    const shown = new Set(this.shown.peek())
    const end = shown.size === 0 ? read.length : read.findLastIndex((entry) => shown.has(entry))
    if (end === -1) this.isFreshFull.value = true
    for (const entry of read.slice(0, Math.max(0, end)).toReversed()) this.announce(entry)
  }

  /** Puts the announced ones on top. */
  showFresh(): void {
    batch(() => {
      const fresh = this.fresh.peek()
      this.fresh.value = []
      for (const entry of fresh.toReversed()) this.put(entry)
    })
  }

  drop(post: string): void {
    const isIt = isOf(post)
    this.keep((entry) => !isIt(entry))
  }

  /** Takes out what does not stay, of what is shown and of what is announced. */
  keep(stays: Stays, staysFresh: Stays = stays): void {
    if (!this.shown.peek().every(stays)) this.shown.value = this.shown.peek().filter(stays)
    if (!this.fresh.peek().every(staysFresh)) this.fresh.value = this.fresh.peek().filter(staysFresh)
  }
}

function isOf(post: string): (entry: Entry) => boolean {
  return (entry) => entry.peek().post.id === post
}

/** By time, the newest first; of the same moment, the later comer first. */
function inserted(list: readonly Entry[], entry: Entry): readonly Entry[] {
  const { createdAt } = entry.peek().post
  const at = list.findIndex((one) => one.peek().post.createdAt <= createdAt)
  return at === -1 ? [...list, entry] : list.toSpliced(at, 0, entry)
}
