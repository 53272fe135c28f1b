import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { Refusal } from './api.ts'
import type { Api, Call } from './api.ts'

const signedIn = z.object({
  account: z.object({ id: z.string(), username: z.string(), role: z.string() }),
  accessToken: z.string(),
  refreshToken: z.string(),
})
type SignedIn = z.output<typeof signedIn>

export interface Credentials {
  username: string
  password: string
  displayName?: string
}

/** Somebody with an account, who stays signed in. */
export class Person {
  readonly id: string
  readonly username: string
  readonly role: string
  /** Where this person's connections come from, on this machine. */
  readonly from: string | undefined
  readonly #api: Api
  #accessToken: string
  #refreshToken: string
  #refreshing: Promise<void> | undefined

  private constructor(api: Api, from: string | undefined, { account, accessToken, refreshToken }: SignedIn) {
    this.#api = api
    this.from = from
    this.id = account.id
    this.username = account.username
    this.role = account.role
    this.#accessToken = accessToken
    this.#refreshToken = refreshToken
  }

  /** Signs up, or in where the account exists already: then the password must be the one it has. */
  static async enter(api: Api, credentials: Credentials, from?: string): Promise<Person> {
    try {
      return await Person.#sign(api, '/v1/accounts', credentials, from)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'username_taken') throw error
      return Person.signIn(api, credentials, from)
    }
  }

  static signIn(api: Api, { username, password }: Credentials, from?: string): Promise<Person> {
    return Person.#sign(api, '/v1/sessions', { username, password }, from)
  }

  static async #sign(api: Api, path: string, credentials: Credentials, from: string | undefined): Promise<Person> {
    const body = { ...credentials, tokens: 'body' }
    return new Person(api, from, signedIn.parse(await api.json({ method: 'POST', path, body, from })))
  }

  /** A call in this person's name; an expired access token is replaced once. */
  async call(call: Call): Promise<unknown> {
    try {
      return await this.#api.json({ ...call, from: this.from, token: this.#accessToken })
    } catch (error) {
      if (!saysExpired(error)) throw error
      return this.#api.json({ ...call, from: this.from, token: await this.token(true) })
    }
  }

  async download(path: string): Promise<Buffer> {
    const { bytes } = await this.#api.call({ method: 'GET', path, from: this.from, token: await this.token(false) })
    return bytes
  }

  async token(isExpired: boolean): Promise<string> {
    if (isExpired) {
      this.#refreshing ??= this.#refresh().finally(() => {
        this.#refreshing = undefined
      })
      await this.#refreshing
    }
    return this.#accessToken
  }

  async #refresh(): Promise<void> {
    const body = { refreshToken: this.#refreshToken }
    const answer = await this.#api.json({ method: 'POST', path: '/v1/sessions/refresh', body, from: this.from })
    const { accessToken, refreshToken } = signedIn.parse(answer)
    this.#accessToken = accessToken
    this.#refreshToken = refreshToken
  }
}

function saysExpired(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'session_expired'
}

const usernameLetters = 20

/**
 * The account of a name in a chat log, the same in every run with the same key: a username may have fewer letters than a nick,
 * so a hash tells apart what would fall together.
 */
export function credentialsFor(key: string, nick: string): Credentials {
  const secret = createHmac('sha256', key).update(nick).digest('base64url')
  const readable = nick
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]/g, '_')
    .slice(0, usernameLetters)
  const hash = createHmac('sha256', `${key} name`).update(nick).digest('hex').slice(0, 8)
  return { username: `${readable}_${hash}`, password: secret, displayName: nick.slice(0, 50) }
}
