import { EventSource } from 'eventsource'
import type { EventSourceFetchInit, FetchLikeResponse } from 'eventsource'
import { z } from 'zod'
import { now } from '../history/history.ts'
import type { Sight } from '../history/line.ts'
import type { Chance } from '../chance.ts'
import { endingOfError } from './outcome.ts'
import { backoffMs, pause, until } from './patience.ts'
import type { Person } from './person.ts'
import type { Run } from './run.ts'

/** Every event that the stream tells. */
const events = [
  ...['post.created', 'post.updated', 'post.deleted', 'comment.created', 'comment.updated', 'comment.deleted'],
  ...['likes.changed', 'notification.created', 'notification.updated', 'notification.deleted', 'notifications.unread'],
  ...['room.opened', 'room.updated', 'room.closed'],
]
const aboutPost = z.object({ post: z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]) })
const feed = z.object({ items: z.array(z.object({ id: z.string() })) })
const range = z.object({ from: z.string(), to: z.string() })

/** A comment comes every quarter of a minute. */
const silenceMs = 40_000
/** Who has listened for so long without a break has been told whatever the system finds by itself. */
const longListeningMs = 10_000
/** Cut off, and back from an older place. */
const rewindPerSecond = 0.1
const mostRemembered = 200
const mostKnown = 5000

/** One person who listens to the stream with an `EventSource`, and comes back wherever it ends. */
export class Reader {
  readonly #run: Run
  readonly #person: Person
  readonly #name: string
  readonly #chance: Chance
  #session: string
  #source: EventSource | undefined
  #last: string | undefined
  #remembered: string[] = []
  /** Posts that it was told of, or has read. */
  #known = new Set<string>()
  #isClosed = false
  #held: Sight[] | undefined
  #rewinds = 0
  #heardAt = performance.now()
  #failures = 0
  #openedAt = Infinity
  readonly #watch: NodeJS.Timeout

  constructor(run: Run, person: Person, name: string) {
    this.#run = run
    this.#person = person
    this.#name = name
    this.#session = name
    this.#chance = run.chance.fork(name)
    this.#watch = setInterval(() => this.#lookAtSilence(), 1000)
    run.over.addEventListener('abort', () => this.close(), { once: true })
    this.#open()
    void this.#wander()
  }

  /**
   * Waits until it was told of this post, behind which there is nothing, at most until the deadline; and claims to have heard
   * everything where it was, or has listened long enough to have.
   */
  async settle(last: string, deadline: number): Promise<void> {
    const { over } = this.#run
    const isTold = await until(() => over.aborted || this.#known.has(last), deadline)
    const isLong = performance.now() - this.#openedAt > longListeningMs
    if (!over.aborted && (isTold || isLong)) this.#note({ what: 'settled', session: this.#session, at: now() })
    this.close()
  }

  close(): void {
    clearInterval(this.#watch)
    this.#isClosed = true
    this.#source?.close()
  }

  #open(): void {
    const url = new URL('/v1/stream', this.#person.doors[0].address)
    if (this.#last !== undefined) url.searchParams.set('last_event_id', this.#last)
    const source = new EventSource(url, { fetch: (asked, init) => this.#fetch(asked, init) })
    this.#source = source
    this.#heardAt = performance.now()
    source.addEventListener('open', () => this.#opened())
    source.addEventListener('ready', ({ lastEventId }) => this.#ready(lastEventId))
    source.addEventListener('gap', ({ data, lastEventId }) => void this.#hearGap(String(data), lastEventId))
    for (const name of events) {
      source.addEventListener(name, ({ data, lastEventId }) => this.#hear(name, String(data), lastEventId))
    }
    source.addEventListener('error', ({ code }) => {
      this.#openedAt = Infinity
      if (source === this.#source && source.readyState === EventSource.CLOSED) void this.#comeBack(code)
    })
  }

  /** From here on everything is due to who only wanted what comes. */
  #ready(lastEventId: string): void {
    if (this.#last === undefined)
      this.#note({ what: 'listening', session: this.#session, at: now(), after: lastEventId })
    this.#reach(lastEventId)
  }

  #opened(): void {
    this.#failures = 0
    this.#openedAt = performance.now()
  }

  /** As every request for the stream leaves, those by which EventSource comes back too. */
  async #fetch(asked: string | URL, init: EventSourceFetchInit): Promise<FetchLikeResponse> {
    const named = init.headers['Last-Event-ID'] ?? new URL(asked).searchParams.get('last_event_id') ?? undefined
    this.#note({ what: 'listening', session: this.#session, at: now(), after: named ?? 'new' })
    const headers = { ...init.headers, authorization: `Bearer ${this.#person.token}` }
    const { body, url, status, redirected, headers: answered } = await fetch(asked, { ...init, headers })
    return { body: body === null ? null : this.#listenTo(body), url, status, redirected, headers: answered }
  }

  #listenTo(body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
    const hear = (): void => void (this.#heardAt = performance.now())
    const watched = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        hear()
        controller.enqueue(chunk)
      },
    })
    return body.pipeThrough(watched)
  }

  #hear(event: string, data: string, lastEventId: string): void {
    const post = aboutPost.safeParse(JSON.parse(data)).data?.post
    const seen = { session: this.#session, at: now(), position: Number(lastEventId), event }
    this.#note({ what: 'told', ...seen, ...(post === undefined ? {} : { post }) })
    this.#reach(lastEventId)
    if (event === 'post.created' && post !== undefined) this.#knows(post)
  }

  /** Reads anew what the timeline shows. What is told meanwhile is written down behind it. */
  async #hearGap(data: string, lastEventId: string): Promise<void> {
    const { from, to } = range.parse(JSON.parse(data))
    const gap = { what: 'gap' as const, session: this.#session, at: now(), from, to }
    this.#reach(lastEventId)
    this.#held ??= []
    const reply = await this.#person.ask({ method: 'GET', path: '/v1/timeline?feed=all&limit=100' })
    const page = reply.type === 'answered' ? feed.safeParse(reply.body).data : undefined
    for (const { id } of page?.items ?? []) this.#knows(id)
    this.#run.notes.saw({ ...gap, isFilled: page !== undefined })
    const held = this.#held ?? []
    this.#held = undefined
    for (const sight of held) this.#run.notes.saw(sight)
  }

  #note(sight: Sight): void {
    if (this.#held === undefined) this.#run.notes.saw(sight)
    else this.#held.push(sight)
  }

  #reach(position: string): void {
    this.#last = position
    this.#remembered.push(position)
    if (this.#remembered.length > mostRemembered) this.#remembered.shift()
  }

  #knows(post: string): void {
    this.#known.add(post)
    if (this.#known.size > mostKnown) this.#known = new Set([...this.#known].slice(-mostKnown / 2))
  }

  /** `EventSource` never comes back after an answer that refuses. */
  async #comeBack(status: number | undefined): Promise<void> {
    const { complaints, over } = this.#run
    this.#source?.close()
    if (status === 429) complaints.hear(endingOfError(status, 'rate_limited', undefined), 'stream')
    if (status === 401) await this.#person.renew()
    await pause(backoffMs(this.#failures, 200), over)
    this.#failures += 1
    if (!over.aborted && !this.#isClosed) this.#open()
  }

  async #wander(): Promise<void> {
    const { ending } = this.#run
    while (!ending.aborted) {
      await pause(this.#chance.waitMs(rewindPerSecond), ending)
      const older = this.#remembered[Math.floor(this.#chance.next() * this.#remembered.length)]
      if (ending.aborted || this.#isClosed || older === undefined) continue
      this.#rewinds += 1
      this.#session = `${this.#name}~${this.#rewinds}`
      this.#last = older
      this.#remembered = []
      this.#source?.close()
      this.#open()
    }
  }

  #lookAtSilence(): void {
    if (performance.now() - this.#heardAt < silenceMs) return
    this.#source?.close()
    this.#open()
  }
}
