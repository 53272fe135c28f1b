import { Api } from './api.ts'
import type { ApiOptions } from './api.ts'
import { ChatClient } from './client.ts'
import { LimitNotes } from './limits.ts'
import { Person, credentialsFor } from './people.ts'
import { entriesAfter } from './rooms-api.ts'

export interface StageOptions {
  address: string
  /** Secret from which the passwords of the speakers are made. */
  key: string
  /** How long anything is repeated while the service is not there. */
  patienceMs: number
  /** Told about every answer over HTTP. */
  onReply?: ApiOptions['onReply']
}

const loopback = new Set(['localhost', '127.0.0.1'])
const networks = 254

/** What all rooms of a replay share: the way to the server, the people, and what was noticed on the way. */
export class Stage {
  readonly api: Api
  readonly limits = new LimitNotes()
  /** Connections by the name of the server that they stood at. */
  readonly servers = new Map<string, number>()
  readonly #options: StageOptions
  readonly #people = new Map<string, Promise<Person>>()
  readonly #isSpread: boolean
  readonly #socketUrl: URL

  constructor(options: StageOptions) {
    this.#options = options
    const onLimited = this.limits.ofCall.bind(this.limits)
    const { address: origin, patienceMs, onReply } = options
    this.api = new Api({ address: origin, patienceMs, onLimited, ...(onReply === undefined ? {} : { onReply }) })
    const { address } = this.api
    // Elsewhere than on Linux only 127.0.0.1 is there to be bound to.
    this.#isSpread = loopback.has(address.hostname) && process.platform === 'linux'
    this.#socketUrl = new URL('/v1/socket', address)
    this.#socketUrl.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  }

  /** True when the clients come from as many networks as Nginx's `ip_hash` tells apart. */
  get isSpread(): boolean {
    return this.#isSpread
  }

  /** The person behind a name; the same one for all rooms. */
  person(nick: string): Promise<Person> {
    const known = this.#people.get(nick)
    if (known !== undefined) return known
    const entering = Person.enter(this.api, credentialsFor(this.#options.key, nick), this.#nextAddress())
    this.#people.set(nick, entering)
    return entering
  }

  client(person: Person): ChatClient {
    return new ChatClient({
      url: this.#socketUrl,
      from: person.from,
      token: (isExpired) => person.token(isExpired),
      page: (room, after) => entriesAfter(person, room, after),
      onServer: (name) => this.servers.set(name, (this.servers.get(name) ?? 0) + 1),
      onLimited: (code) => this.limits.ofFrame(code),
    })
  }

  close(): void {
    this.api.close()
  }

  #nextAddress(): string | undefined {
    return this.#isSpread ? `127.0.${1 + (this.#people.size % networks)}.1` : undefined
  }
}
