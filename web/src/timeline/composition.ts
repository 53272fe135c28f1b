import { batch, effect, signal } from '@preact/signals'
import { ApiProblem } from '../api/problem.ts'
import { randomId } from '../api/random-id.ts'
import type { PostDraft } from '../api/timeline.ts'
import type { Post } from '../api/types.ts'
import { isVisible } from '../text/visible.ts'
import { progressOf } from '../pictures/uploads.ts'
import type { Uploads } from '../pictures/uploads.ts'
import { isEmpty, isSame } from './draft.ts'
import type { Draft } from './draft.ts'
import { lengthOf, mostPostText, spoken } from './limits.ts'

/** What is wrong with a draft, where it is wrong. */
export interface Faults {
  text?: 'empty' | 'too_long' | 'refused'
  area?: 'refused'
  /** The places of those that were refused. */
  pictures?: ReadonlySet<number>
  whole?: 'picture_failed' | 'unknown' | 'posted_before' | ApiProblem
}

export interface CompositionParts {
  draft: Draft
  uploads: Uploads
  /** Creates or changes the post. Error: `ApiProblem`. */
  send(draft: PostDraft, key: string): Promise<Post>
  /** Told each change of what is written. */
  keep?(draft: Draft): void
}

/** A post while it is written, or written anew. */
export class Composition {
  readonly text = signal('')
  readonly area = signal('')
  readonly state = signal<'writing' | 'waiting' | 'sending'>('writing')
  readonly faults = signal<Faults>({})
  readonly uploads: Uploads
  /** Kept with the draft: a new one has to be known after a reload, too. */
  readonly #key = signal('')
  readonly #parts: CompositionParts
  readonly #stop: () => void
  #isGivenUp = false
  /** What was on the sheet when it was sent last. */
  #sent: { text: string; area: string; pictures: readonly string[] } = { text: '', area: '', pictures: [] }

  constructor(parts: CompositionParts) {
    const { draft, uploads } = parts
    this.#parts = parts
    this.#key.value = draft.key
    this.uploads = uploads
    this.text.value = draft.text
    this.area.value = draft.area
    uploads.restore(draft.pictures)
    this.#stop = effect(() => parts.keep?.(this.#draft()))
  }

  /** Sends it once its pictures are there, and answers the post; undefined when something has to be mended first. */
  async post(): Promise<Post | undefined> {
    if (this.state.peek() !== 'writing') return undefined
    this.faults.value = faultsOf(this.text.peek(), this.uploads)
    if (Object.keys(this.faults.peek()).length > 0) return undefined
    this.state.value = 'waiting'
    try {
      if (!(await this.#untilPicturesAreThere())) return undefined
      this.state.value = 'sending'
      return await this.#send()
    } finally {
      this.state.value = 'writing'
    }
  }

  /** Begins anew with an empty sheet; what was written while the post was on its way stays on it. */
  clear(): void {
    const { text, area, pictures } = this.#sent
    batch(() => {
      this.#key.value = randomId()
      this.faults.value = {}
      if (this.text.peek() === text) this.text.value = ''
      if (this.area.peek() === area) this.area.value = ''
      for (const id of pictures) this.uploads.remove(id)
    })
  }

  /** Another tab has posted this, or thrown it away, where both are kept: other words are another post, kept again and under a key of their own. */
  tellTaken(taken: Draft): void {
    const own = this.#draft()
    if (isEmpty(own) || isSame(own, taken)) return
    this.#changeKey(own)
  }

  /** Another tab has posted other words under this key, which both had from one draft. */
  tellKeyTaken(key: string): void {
    if (key === this.#key.peek()) this.#changeKey(this.#draft())
  }

  #changeKey(own: Draft): void {
    // A try that may have arrived is repeated under its own.
    if (this.state.peek() === 'writing' && this.faults.peek().whole !== 'unknown') this.#key.value = randomId()
    else this.#parts.keep?.(own)
  }

  /** Whether it is another one than it was at first. */
  get isChanged(): boolean {
    const isSending = this.uploads.items.value.some(({ picture }) => picture === undefined)
    return isSending || !isSame(this.#draft(), this.#parts.draft)
  }

  close(): void {
    this.#stop()
  }

  /** Nobody writes it any more: what is on its way is sent no further, and what was kept stays as it is. */
  giveUp(): void {
    this.#isGivenUp = true
    this.close()
    this.uploads.clear()
  }

  async #send(): Promise<Post | undefined> {
    const pictures = this.uploads.items.peek().map(({ id }) => id)
    this.#sent = { text: this.text.peek(), area: this.area.peek(), pictures }
    try {
      return await this.#parts.send(this.#body(), this.#key.peek())
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      this.faults.value = this.#faultsIn(error)
      return undefined
    }
  }

  #body(): PostDraft {
    const area = this.area.peek().trim()
    const pictures = this.uploads.items
      .peek()
      .flatMap(({ picture, alt }) => (picture === undefined ? [] : [{ media: picture.id, alt }]))
    return { text: spoken(this.text.peek()), pictures, ...(area === '' ? {} : { area }) }
  }

  #draft(): Draft {
    const pictures = this.uploads.items.value.flatMap(({ picture, alt }) =>
      picture === undefined ? [] : [{ picture, alt }],
    )
    return { text: this.text.value, area: this.area.value, pictures, key: this.#key.value }
  }

  /** False when one of them failed, or all was taken back or given up. */
  async #untilPicturesAreThere(): Promise<boolean> {
    const { items } = this.uploads
    if (progressOf(items.peek()) === 'sending') {
      await new Promise<void>((resolve) => {
        const stop = items.subscribe((now) => {
          if (progressOf(now) === 'sending') return
          queueMicrotask(() => stop())
          resolve()
        })
      })
    }
    this.faults.value = faultsOf(this.text.peek(), this.uploads)
    return !this.#isGivenUp && Object.keys(this.faults.peek()).length === 0
  }

  #faultsIn(problem: ApiProblem): Faults {
    // The key was used with other words: an earlier try went through, though its answer was lost.
    if (problem.code === 'key_reused') {
      this.#key.value = randomId()
      return { whole: 'posted_before' }
    }
    if (problem.code === 'offline' || problem.code === 'timeout') return { whole: 'unknown' }
    if (problem.code !== 'bad_input') return { whole: problem }
    const faults: Faults = {}
    const pictures = new Set<number>()
    for (const { pointer } of problem.faults) {
      const place = /^\/pictures\/(\d+)/.exec(pointer)?.[1]
      if (place !== undefined) pictures.add(Number(place))
      else if (pointer === '/area') faults.area = 'refused'
      else if (pointer === '/text') faults.text = 'refused'
      else faults.whole = problem
    }
    return pictures.size === 0 ? faults : { ...faults, pictures }
  }
}

function faultsOf(text: string, uploads: Uploads): Faults {
  const items = uploads.items.peek()
  if (!isVisible(text) && items.length === 0) return { text: 'empty' }
  if (lengthOf(text) > mostPostText) return { text: 'too_long' }
  return progressOf(items) === 'failed' ? { whole: 'picture_failed' } : {}
}
