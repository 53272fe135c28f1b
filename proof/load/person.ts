import { z } from 'zod'
import { ServerClock } from './clock.ts'
import { endingOf } from './door.ts'
import type { Ask, Door, Reply } from './door.ts'
import { isWorthRepeating } from './outcome.ts'
import type { Ending } from './outcome.ts'
import type { Complaints } from './complaints.ts'
import { backoffMs, pause } from './patience.ts'

const signedIn = z.object({ accessToken: z.string(), refreshToken: z.string() })
type Tokens = z.output<typeof signedIn>

export interface PersonOptions {
  username: string
  password: string
  /** The one that everybody has first; the others are servers past it. */
  doors: readonly [Door, ...Door[]]
  from: string | undefined
  complaints: Complaints
  /** Aborted when the run is over. */
  over: AbortSignal
}

/** Somebody with an account, who stays signed in whatever happens. */
export class Person {
  readonly username: string
  readonly doors: readonly [Door, ...Door[]]
  readonly from: string | undefined
  readonly clock = new ServerClock()
  readonly #options: PersonOptions
  #tokens: Tokens | undefined
  #renewing: Promise<void> | undefined

  constructor(options: PersonOptions) {
    this.#options = options
    this.username = options.username
    this.doors = options.doors
    this.from = options.from
  }

  /** Signs up, or in where the account is there from an earlier run. Throws when that is refused or takes longer than `withinMs`. */
  async enter(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs
    const { username, password } = this.#options
    for (let failures = 0; ; failures += 1) {
      const signUp = await this.#sign('/v1/accounts', { username, password, tokens: 'body' })
      const ending = signUp.code === 'username_taken' ? await this.#signIn() : signUp
      if (ending.outcome === 'ok') return
      if (!isWorthRepeating(ending) || performance.now() > deadline) {
        throw new Error(`${username} cannot sign in at ${this.doors[0].address.href}: ${ending.code}`)
      }
      await pause(ending.retryMs ?? backoffMs(failures), this.#options.over)
    }
  }

  /** A call in this person's name. An access token that has expired is replaced, which is no other call: that one was refused. */
  async ask(ask: Ask, door: Door = this.doors[0]): Promise<Reply> {
    const send = (): Promise<Reply> => door.ask({ ...ask, from: this.from, token: this.token })
    const reply = await send()
    if (reply.type === 'lost' || reply.status !== 401) return reply
    await this.renew()
    return send()
  }

  get token(): string {
    return this.#tokens?.accessToken ?? ''
  }

  /** New tokens; for all who ask at once the same ones. Goes on trying until it has them or the run is over. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  async #renew(): Promise<void> {
    for (let failures = 0; !this.#options.over.aborted; failures += 1) {
      const refresh = await this.#sign('/v1/sessions/refresh', { refreshToken: this.#tokens?.refreshToken })
      const ending = refresh.outcome === 'fail' && !isWorthRepeating(refresh) ? await this.#signIn() : refresh
      if (ending.outcome === 'ok') return
      await pause(ending.retryMs ?? backoffMs(failures), this.#options.over)
    }
  }

  #signIn(): Promise<Ending> {
    const { username, password } = this.#options
    return this.#sign('/v1/sessions', { username, password, tokens: 'body' })
  }

  async #sign(path: string, body: Record<string, unknown>): Promise<Ending> {
    const reply = await this.doors[0].ask({ method: 'POST', path, body, from: this.from })
    const tokens = reply.type === 'answered' ? signedIn.safeParse(reply.body).data : undefined
    if (tokens !== undefined) this.#tokens = tokens
    const ending = endingOf(reply)
    this.#options.complaints.hear(ending, path === '/v1/accounts' ? 'signUp' : 'signIn')
    return ending
  }
}
