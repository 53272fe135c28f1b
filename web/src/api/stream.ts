import { lead } from './leadership.ts'
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
  /** Called when the session turned out to be over. */
  onSignedOut?: () => void
}

/**
 * What tabs tell each other. `joined` is the leader's answer to `join`, and says what the tab lacks; as all that comes from one tab comes in order,
 * nothing is missing between it and what is told next.
 */
type Word =
  | { type: 'told'; told: Told }
  | { type: 'connection'; connection: Connection }
  | { type: 'leading' }
  | { type: 'join'; asked: string; after: number | undefined }
  | { type: 'joined'; asked: string; last: number; missed: Told[] | 'gap'; connection: Connection }
  | { type: 'wake' }

const topics: readonly Topic[] = ['timeline', 'notifications', 'rooms']
const joinAgainMs = 1000

/**
 * The event stream of all tabs of a browser. One tab leads: it has the connection and tells the others. Each tab knows by itself the last id
 * that it heard, so whoever leads next, from wherever, no tab misses or hears twice.
 */
export class SharedStream implements LiveStream {
  readonly #options: StreamOptions
  readonly #tabs: Tabs<Word>
  readonly #recent = new RecentTellings()
  readonly #events = new Map<string, Set<(event: never) => void>>()
  readonly #gaps = new Set<(reload: readonly Topic[]) => void>()
  readonly #connections = new Set<(connection: Connection) => void>()
  readonly #resign: () => void
  readonly #forgetWake: () => void
  #connection: Connection = { state: 'connecting' }
  /** Of the leader alone. */
  #stream: StreamConnection | undefined
  #isJoined = false
  /** What was asked last: an answer to an earlier question does not count. */
  #asked = ''
  #joining: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(options: StreamOptions) {
    const name = `madang-stream-${options.account}`
    this.#options = options
    this.#tabs = new Tabs(name, (word) => this.#hear(word))
    this.#resign = lead(name, () => this.#begin())
    this.#forgetWake = onWake(() => this.wake())
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
    if (this.#stream === undefined) this.#tabs.say({ type: 'wake' })
    else this.#stream.wake()
  }

  close(): void {
    this.#isClosed = true
    this.#stream?.close()
    this.#resign()
    this.#forgetWake()
    clearTimeout(this.#joining)
    this.#tabs.close()
  }

  /** This tab has the connection from now on, and goes on where it was told of something last. */
  #begin(): void {
    if (this.#isClosed) return
    clearTimeout(this.#joining)
    this.#isJoined = true
    this.#stream = new StreamConnection({
      http: this.#options.http,
      after: this.#recent.last,
      onMessage: (message) => this.#fromServer(message),
      onConnection: (connection) => this.#connected(connection),
    })
    this.#tabs.say({ type: 'leading' })
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
    clearTimeout(this.#joining)
    this.#isJoined = false
    this.#asked = randomId()
    this.#tabs.say({ type: 'join', asked: this.#asked, after: this.#recent.last })
    this.#joining = setTimeout(() => this.#join(), joinAgainMs)
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

  /** The leader's part. Until it knows where it stands itself it is silent, and will be asked again. */
  #welcome({ asked, after }: Extract<Word, { type: 'join' }>): void {
    const { last } = this.#recent
    if (this.#stream === undefined || last === undefined) return
    const missed = after === undefined || after >= last ? [] : (this.#recent.after(after) ?? 'gap')
    this.#tabs.say({ type: 'joined', asked, last, missed, connection: this.#connection })
  }

  #joined({ last, missed, connection }: Extract<Word, { type: 'joined' }>): void {
    if (this.#isJoined) return
    clearTimeout(this.#joining)
    this.#isJoined = true
    this.#show(connection)
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
