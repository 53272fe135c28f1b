import { LeaderWatch } from './leader-watch.ts'
import type { Leadership } from './leadership.ts'
import type { Connection, LiveEvents, LiveStream, Topic } from './live.ts'
import type { Http } from './http.ts'
import { randomId } from './random-id.ts'
import { StreamConnection } from './stream-connection.ts'
import type { StreamMessage } from './stream-connection.ts'
import { RecentTellings } from './recent-tellings.ts'
import type { Told } from './recent-tellings.ts'
import { Tabs } from './tabs.ts'
import { onWake } from './wake.ts'

export interface StreamOptions {
  http: Http
  /** Id of the account whose stream it shall be: the cookie may have become another one's. */
  account: string
  /** Says which tab has the connection. One that leads and does not answer here loses the lead. */
  leadership: Leadership
  /** Called when the session turned out to be over. */
  onSignedOut?: () => void
}

/**
 * What tabs tell each other. `joined` is the leader's answer to `join`, and says what the tab lacks; as all that comes from one tab comes in order,
 * nothing is missing between it and what is told next. Without `last` it does not know yet where it stands itself, and is asked again.
 */
type Word =
  | { type: 'told'; told: Told }
  | { type: 'connection'; connection: Connection }
  | { type: 'leading' }
  | { type: 'join'; asked: string; after: number | undefined }
  | { type: 'joined'; asked: string; last: number | undefined; missed: Told[] | 'gap'; connection: Connection }
  | { type: 'wake' }

const topics: readonly Topic[] = ['timeline', 'notifications', 'rooms']

/**
 * The event stream of all tabs of a browser. One tab leads: it has the connection and tells the others. Each tab knows by itself the last id
 * that it heard, so whoever leads next, from wherever, no tab misses or hears twice. A tab that somebody looks at takes the lead from one
 * that answers no more.
 */
export class SharedStream implements LiveStream {
  readonly #options: StreamOptions
  readonly #tabs: Tabs<Word>
  readonly #recent = new RecentTellings()
  readonly #events = new Map<string, Set<(event: never) => void>>()
  readonly #gaps = new Set<(reload: readonly Topic[]) => void>()
  readonly #connections = new Set<(connection: Connection) => void>()
  readonly #watch: LeaderWatch
  readonly #forgetWake: () => void
  #connection: Connection = { state: 'connecting' }
  /** Of the leader alone. */
  #stream: StreamConnection | undefined
  #isJoined = false
  /** What was asked last: an answer to an earlier question does not count. */
  #asked = ''
  #isClosed = false

  constructor(options: StreamOptions) {
    const { account, leadership } = options
    this.#options = options
    this.#tabs = new Tabs(`madang-stream-${account}`, (word) => this.#hear(word))
    this.#watch = new LeaderWatch({ ask: () => this.#ask(), onSilence: () => leadership.seize() })
    this.#forgetWake = onWake(() => this.wake())
    leadership.follow({ begin: () => this.#begin(), end: () => this.#end() })
    this.#join()
  }

  get connection(): Connection {
    return this.#connection
  }

  onConnection(listener: (connection: Connection) => void): () => void {
    this.#connections.add(listener)
    return () => void this.#connections.delete(listener)
  }

  on<Name extends keyof LiveEvents>(name: Name, listener: (event: LiveEvents[Name]) => void): () => void {
    const listeners = this.#events.get(name) ?? new Set()
    this.#events.set(name, listeners.add(listener))
    return () => void listeners.delete(listener)
  }

  onGap(listener: (reload: readonly Topic[]) => void): () => void {
    this.#gaps.add(listener)
    return () => void this.#gaps.delete(listener)
  }

  joinAt(place: string): void {
    const after = Number(place)
    if (this.#recent.last !== undefined && after >= this.#recent.last) return
    const since = this.#recent.after(after)
    if (since !== undefined) return since.forEach((told) => this.#tell(told))
    this.#recent.beginAt(after)
    if (this.#stream === undefined) this.#join()
    else this.#stream.restartFrom(after)
  }

  wake(): void {
    if (this.#stream !== undefined) return this.#stream.wake()
    this.#tabs.say({ type: 'wake' })
    this.#watch.begin()
  }

  close(): void {
    this.#isClosed = true
    this.#stream?.close()
    this.#options.leadership.resign()
    this.#forgetWake()
    this.#watch.stop()
    this.#tabs.close()
  }

  /** This tab has the connection from now on, and goes on where it was told of something last. */
  #begin(): void {
    if (this.#isClosed) return
    this.#watch.stop()
    this.#isJoined = true
    this.#stream = new StreamConnection({
      http: this.#options.http,
      after: this.#recent.last,
      onMessage: (message) => this.#fromServer(message),
      onConnection: (connection) => this.#connected(connection),
    })
    this.#tabs.say({ type: 'leading' })
  }

  /** Another tab has it, and tells this one what it lacks. */
  #end(): void {
    this.#stream?.close()
    this.#stream = undefined
    this.#join()
  }

  #fromServer({ id, name, data }: StreamMessage): void {
    if (this.#isClosed || id === undefined) return
    if (name === 'ready' && (data as { account: string }).account !== this.#options.account) {
      this.#stream?.close()
      return this.#connected({ state: 'refused', why: 'signed_out' })
    }
    const told = { id, name: name === 'ready' ? undefined : name, data }
    this.#tabs.say({ type: 'told', told })
    this.#take(told)
  }

  #connected(connection: Connection): void {
    if (this.#isClosed) return
    this.#tabs.say({ type: 'connection', connection })
    this.#show(connection)
    if (connection.why === 'signed_out') this.#options.onSignedOut?.()
  }

  /** Asks the leader until there is one that answers. */
  #join(): void {
    if (this.#isClosed || this.#stream !== undefined) return
    this.#isJoined = false
    this.#watch.begin()
  }

  #ask(): void {
    this.#asked = randomId()
    this.#tabs.say({ type: 'join', asked: this.#asked, after: this.#recent.last })
  }

  #hear(word: Word): void {
    if (this.#isClosed) return
    switch (word.type) {
      case 'told':
        return this.#isJoined ? this.#take(word.told) : undefined
      case 'connection':
        return this.#show(word.connection)
      case 'leading':
        return this.#join()
      case 'join':
        return this.#welcome(word)
      case 'joined':
        return word.asked === this.#asked ? this.#joined(word) : undefined
      case 'wake':
        return this.#stream?.wake()
      default:
        return word satisfies never
    }
  }

  /** The leader's part. */
  #welcome({ asked, after }: Extract<Word, { type: 'join' }>): void {
    if (this.#stream === undefined) return
    const { last } = this.#recent
    const isBehind = last !== undefined && after !== undefined && after < last
    const missed = isBehind ? (this.#recent.after(after) ?? 'gap') : []
    this.#tabs.say({ type: 'joined', asked, last, missed, connection: this.#connection })
  }

  #joined({ last, missed, connection }: Extract<Word, { type: 'joined' }>): void {
    if (last === undefined) this.#watch.delayed()
    else this.#watch.answered()
    if (this.#isJoined) return
    this.#show(connection)
    if (last === undefined) return
    this.#isJoined = true
    if (missed === 'gap') this.#missed(last, topics)
    else missed.forEach((told) => this.#take(told))
    this.#take({ id: last, name: undefined, data: undefined })
  }

  /** What was told before is dropped, whoever tells it again. A gap may lead back: a database can lose its future. */
  #take(told: Told): void {
    if (told.name === 'gap') return this.#missed(told.id, (told.data as { reload: Topic[] }).reload)
    if (this.#recent.add(told)) this.#tell(told)
  }

  #missed(id: number, reload: readonly Topic[]): void {
    this.#recent.beginAt(id)
    for (const listener of [...this.#gaps]) listener(reload)
  }

  #tell({ name, data }: Told): void {
    if (name === undefined) return
    for (const listener of [...(this.#events.get(name) ?? [])]) listener(data as never)
  }

  #show(connection: Connection): void {
    this.#connection = connection
    for (const listener of [...this.#connections]) listener(connection)
  }
}
